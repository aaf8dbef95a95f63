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

/** How AWS begins the ids of what it does not know by a name. */
const ID_PREFIXES: Readonly<Record<string, string>> = {
	"aws:ec2/launchTemplate:LaunchTemplate": "lt",
	"aws:ec2/securityGroup:SecurityGroup": "sg",
	"aws:ec2/vpcEndpoint:VpcEndpoint": "vpce",
};

/** Outputs that count a resource's versions: 1 at first, one more with each change. */
const COUNTERS: Readonly<Record<string, string>> = { "aws:ec2/launchTemplate:LaunchTemplate": "latestVersion" };

/** Outputs of a recorded type that a change in place changes. */
export const changedByUpdate = (type: string): string[] => (COUNTERS[type] === undefined ? [] : [COUNTERS[type]]);

/** What a change in place changes of them. */
export const recordChange = (type: string, olds: Props): Props =>
	Object.fromEntries(changedByUpdate(type).map((counter) => [counter, Number(olds[counter]) + 1]));

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
	const prefix = ID_PREFIXES[type];
	const id = typeof named === "string" && !prefix ? named : `${prefix ?? kind.toLowerCase()}-${digest}`;
	const arn = `arn:aws:${module}:${region}:${accountId}:${kind}/${id}`;
	const outputs: Props = {};
	for (const property of installed.outputs) {
		if (/arn$/i.test(property)) outputs[property] = arn;
		else if (/id$/i.test(property)) outputs[property] = id;
	}
	for (const counter of changedByUpdate(type)) outputs[counter] = 1;
	return { id, outputs };
}
