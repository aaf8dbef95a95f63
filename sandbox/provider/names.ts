/**
 * Names that the AWS provider makes up where a program gives none: the resource's own name, a hyphen and seven hex digits.
 * A name that is too long is refused, as the provider refuses it.
 */
import { createHash, randomBytes } from "node:crypto";
import { installedType } from "./installed.ts";
import type { Props } from "./values.ts";

const DIGITS = 7;
const LONGEST = 255;

interface NameRule {
	property: string;
	/** In characters. */
	longest?: number;
	lowerCase?: true;
	/** Ends in ".fifo" where this input is true. */
	fifo?: string;
}

const RULES: Record<string, NameRule> = {
	"aws:cloudwatch/eventRule:EventRule": { property: "name", longest: 64 },
	"aws:cloudwatch/logGroup:LogGroup": { property: "name", longest: 512 },
	"aws:iam/policy:Policy": { property: "name", longest: 128 },
	"aws:iam/role:Role": { property: "name", longest: 64 },
	"aws:iam/rolePolicy:RolePolicy": { property: "name", longest: 128 },
	"aws:lambda/alias:Alias": { property: "name", longest: 128 },
	"aws:lambda/function:Function": { property: "name", longest: 64 },
	"aws:lambda/permission:Permission": { property: "statementId", longest: 100 },
	"aws:s3/bucket:Bucket": { property: "bucket", longest: 63, lowerCase: true },
	"aws:sns/topic:Topic": { property: "name", longest: 256, fifo: "fifoTopic" },
	"aws:sqs/queue:Queue": { property: "name", longest: 80, fifo: "fifoQueue" },
	"aws:sfn/stateMachine:StateMachine": { property: "name", longest: 80 },
	"aws:scheduler/schedule:Schedule": { property: "name", longest: 64 },
};

/** The property that names a resource of this type where the program may leave it out. */
export function nameRule(type: string): NameRule | undefined {
	const rule = RULES[type];
	if (rule !== undefined) return rule;
	const installed = installedType(type);
	return installed?.inputs.has("name") && !installed.required.has("name") ? { property: "name" } : undefined;
}

export interface NameRequest {
	/** The resource's name in the program. */
	resource: string;
	inputs: Props;
	/** From the engine: the same seed gives the same name. */
	seed: Uint8Array;
}

/**
 * @returns the name, or the reason why there can be none
 */
export function makeName(
	rule: NameRule,
	{ resource, inputs, seed }: NameRequest,
): { name: string } | { reason: string } {
	const random = createHash("sha256")
		.update(seed.length > 0 ? seed : randomBytes(16))
		.digest("hex")
		.slice(0, DIGITS);
	const suffix = `-${random}${rule.fifo !== undefined && inputs[rule.fifo] === true ? ".fifo" : ""}`;
	const name = `${rule.lowerCase ? resource.toLowerCase() : resource}${suffix}`;
	const longest = rule.longest ?? LONGEST;
	if (name.length > longest)
		return {
			reason: `The name made from "${resource}" has ${name.length} characters, AWS allows ${longest}: shorten the resource's name by ${name.length - longest} or set ${rule.property}.`,
		};
	return { name };
}
