/**
 * Types of @pulumi/aws that the embedded AWS has no use for: their state is kept, nothing is made. Ids and ARNs look like AWS's,
 * so that what refers to them can be deployed; any other output that only AWS could give is left out.
 */
import { createHash } from "node:crypto";
import type { InstalledType } from "./installed.ts";
import { nameRule } from "./names.ts";
import type { Context, Created } from "./resource-type.ts";
import type { Props } from "./values.ts";

const DIGITS = 17;

/** What a new resource of this type would look like. */
export function record(
	type: string,
	urn: string,
	inputs: Props,
	installed: InstalledType,
	{ region, accountId }: Context,
): Created {
	const [, module = "aws", kind = "resource"] = /^aws:(\w+)\/(\w+):/.exec(type) ?? [];
	const named = inputs[nameRule(type)?.property ?? "name"];
	const digest = createHash("sha256").update(urn).update(JSON.stringify(inputs)).digest("hex").slice(0, DIGITS);
	const id = typeof named === "string" ? named : `${kind.toLowerCase()}-${digest}`;
	const arn = `arn:aws:${module}:${region}:${accountId}:${kind}/${id}`;
	const outputs: Props = {};
	for (const property of installed.outputs) {
		if (/arn$/i.test(property)) outputs[property] = arn;
		else if (/id$/i.test(property)) outputs[property] = id;
	}
	return { id, outputs };
}
