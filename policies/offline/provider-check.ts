/**
 * What the AWS provider's Check makes of a program's inputs, for where no engine and no provider run: defaults, a name,
 * tags with the provider's own merged in. Only the part of it that policies can see.
 */
import { isTaggable } from "../facts/tags.ts";
import { UNKNOWN_TEXT } from "../facts/unknown.ts";
import providerDefaults from "./provider-defaults.json" with { type: "json" };

/** A resource as a program names it. */
export interface Named {
	type: string;
	name: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Inputs with what the provider fills in.
 * @param defaultTags the provider's `defaultTags.tags`; anything but a map is none
 */
export function checkedInputs(
	{ type, name }: Named,
	inputs: Readonly<Record<string, unknown>>,
	defaultTags?: unknown,
): Record<string, unknown> {
	const table: Record<string, Record<string, unknown>> = providerDefaults;
	const filled: Record<string, unknown> = { ...(Object.hasOwn(table, type) ? table[type] : {}), ...inputs };
	const named = namePropertyOf(type);
	if (named && filled[named] === undefined) filled[named] = physicalName({ type, name }, inputs);
	if (isTaggable(type)) {
		const merged = { ...(isRecord(defaultTags) ? defaultTags : {}), ...(isRecord(inputs.tags) ? inputs.tags : {}) };
		// One unknown tag makes the whole map unknown.
		const isUnknown = inputs.tags === UNKNOWN_TEXT || Object.values(merged).includes(UNKNOWN_TEXT);
		if (isUnknown) filled.tagsAll = UNKNOWN_TEXT;
		else if (Object.keys(merged).length > 0) filled.tagsAll = merged;
	}
	return filled;
}

/** Where a type has its name, where that is not `name`; undefined where it has none. */
const NAMED_OTHERWISE: Readonly<Record<string, string | undefined>> = {
	"aws:s3/bucket:Bucket": "bucket",
	"aws:rds/instance:Instance": "identifier",
	"aws:rds/cluster:Cluster": "clusterIdentifier",
	"aws:apigateway/stage:Stage": undefined,
	"aws:apigateway/deployment:Deployment": undefined,
	"aws:apigateway/method:Method": undefined,
	"aws:apigateway/integration:Integration": undefined,
	"aws:apigateway/methodSettings:MethodSettings": undefined,
	"aws:apigateway/usagePlanKey:UsagePlanKey": undefined,
	"aws:apigatewayv2/integration:Integration": undefined,
	"aws:apigatewayv2/route:Route": undefined,
	"aws:lambda/eventSourceMapping:EventSourceMapping": undefined,
	"aws:lambda/permission:Permission": undefined,
	"aws:lambda/functionUrl:FunctionUrl": undefined,
	"aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": undefined,
	"aws:cloudwatch/eventTarget:EventTarget": undefined,
	"aws:sns/topicSubscription:TopicSubscription": undefined,
	"aws:sqs/queuePolicy:QueuePolicy": undefined,
};

/** The property that the provider fills with a name of its own making, where a type has one. */
export const namePropertyOf = (type: string): string | undefined =>
	Object.hasOwn(NAMED_OTHERWISE, type) ? NAMED_OTHERWISE[type] : type.startsWith("aws:") ? "name" : undefined;

/** The name that a resource has at AWS: what the program says, or what the provider would make up. */
export function physicalName({ type, name }: Named, inputs: Readonly<Record<string, unknown>>): string {
	const property = namePropertyOf(type);
	const stated = property === undefined ? undefined : inputs[property];
	return typeof stated === "string" ? stated : `${name}-1a2b3c4`;
}
