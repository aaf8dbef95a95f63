/**
 * Stacks for policy tests, handed over as the engine does: behind the SDK's proxy, with property dependencies, in four
 * runs. `raw`: inputs as the program wrote them; `checked`: with the provider's defaults; `applied`: with outputs;
 * `preview`: checked, and every reference to another resource not known yet.
 */
import { unknownCheckingProxy } from "@pulumi/policy";
import { UNKNOWN_TEXT as UNKNOWN } from "../../policies/facts/unknown.ts";
import type { ResourceInput } from "../../policies/graph/node.ts";
import { checkedInputs, namePropertyOf, physicalName } from "../../policies/offline/provider-check.ts";

export { UNKNOWN };

export const RUNS = ["raw", "checked", "applied", "preview"] as const;
export type Run = (typeof RUNS)[number];

/** One resource of a test's stack; values of `props` may be references, made with {@link ref} and its like. */
export interface ResourceSpec {
	type: string;
	name: string;
	props: Record<string, unknown>;
	/** Config of its provider, as in `{ defaultTags: { tags: … } }`. */
	provider?: Record<string, unknown>;
}

export const resource = (type: string, name: string, props: Record<string, unknown> = {}): ResourceSpec => ({
	type,
	name,
	props,
});

/** A value that another resource of the stack has once it exists, as in `ref(queue, "arn")`. */
export const ref = (target: Pick<ResourceSpec, "type" | "name">, attr: string): { $ref: string; attr: string } => ({
	$ref: `${target.type}::${target.name}`,
	attr,
});
/** JSON text of a value that may hold references. */
export const json = (value: unknown): { $json: unknown } => ({ $json: value });
/** Text in parts, some of them references. */
export const concat = (...parts: unknown[]): { $concat: unknown[] } => ({ $concat: parts });

const ACCOUNT = "123456789012";
const REGION = "us-east-1";
/** What stands in for a value that is computed elsewhere. */
const COMPUTED = "computed";

/** The resources of a stack in one run, as a policy's `args.resources` has them. */
export function stackOf(specs: readonly ResourceSpec[], run: Run): ResourceInput[] {
	const byKey = new Map(specs.map((spec) => [`${spec.type}::${spec.name}`, spec]));
	const inputs = specs.map((spec) => {
		const references = new Map<string, Set<string>>();
		const resolved: Record<string, unknown> = {};
		for (const [property, value] of Object.entries(spec.props)) {
			const depends = new Set<string>();
			const plain = resolve(value, { run, byKey, depends });
			if (plain !== undefined) resolved[property] = plain;
			if (depends.size > 0) references.set(property, depends);
		}
		const props = {
			...(run === "raw" ? resolved : checked(spec, resolved)),
			...(run === "applied" ? outputsOf(spec, byKey) : {}),
		};
		return { spec, props, references };
	});
	const resources = inputs.map(({ spec, props }): ResourceInput & { urn: string } => ({
		type: spec.type,
		name: spec.name,
		urn: urnOf(spec),
		props: unknownCheckingProxy(props),
		...(spec.provider ? { provider: providerOf(spec.provider) } : {}),
	}));
	const byUrn = new Map(resources.map((each) => [each.urn, each]));
	return resources.map((each, i) => ({
		...each,
		propertyDependencies: Object.fromEntries(
			[...(inputs[i]?.references ?? [])].map(([property, keys]) => [
				property,
				[...keys].flatMap((key) => {
					const target = byKey.get(key);
					return (target && byUrn.get(urnOf(target))) ?? [];
				}),
			]),
		),
	}));
}

const urnOf = ({ type, name }: Pick<ResourceSpec, "type" | "name">): string =>
	`urn:pulumi:test::cases::${type}::${name}`;

const providerOf = (props: Record<string, unknown>) => ({
	type: "pulumi:providers:aws",
	name: "aws",
	urn: "urn:pulumi:test::cases::pulumi:providers:aws::aws",
	// The engine keeps a provider's nested config as JSON text.
	props: unknownCheckingProxy(
		Object.fromEntries(
			Object.entries(props).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
		),
	),
});

interface Resolution {
	run: Run;
	byKey: ReadonlyMap<string, ResourceSpec>;
	/** Keys of the resources that were referred to, filled in on the way. */
	depends: Set<string>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

function resolve(value: unknown, how: Resolution): unknown {
	if (Array.isArray(value)) return value.map((item) => resolve(item, how));
	if (!isRecord(value)) return value;
	if (typeof value.$ref === "string") {
		how.depends.add(value.$ref);
		if (how.run === "preview") return UNKNOWN;
		const target = how.byKey.get(value.$ref);
		return target ? attributeOf(target, String(value.attr), how.byKey) : COMPUTED;
	}
	if ("$expr" in value) return how.run === "preview" ? UNKNOWN : COMPUTED;
	if (Array.isArray(value.$concat)) {
		const parts = value.$concat.map((part) => resolve(part, how));
		return parts.includes(UNKNOWN) ? UNKNOWN : parts.map(String).join("");
	}
	if ("$json" in value) {
		const text = JSON.stringify(resolve(value.$json, how));
		return text.includes(UNKNOWN) ? UNKNOWN : text;
	}
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, how)]));
}

/** The inputs of a resource as the provider's Check leaves them. */
function checked(spec: ResourceSpec, inputs: Record<string, unknown>): Record<string, unknown> {
	const defaults = spec.provider?.defaultTags;
	return checkedInputs(spec, inputs, isRecord(defaults) ? defaults.tags : undefined);
}

/** What a resource has once it exists, beyond its inputs. Ids and ARNs as AWS shapes them, where tests depend on it. */
export function outputsOf(
	spec: ResourceSpec,
	byKey: ReadonlyMap<string, ResourceSpec> = new Map(),
): Record<string, unknown> {
	const outputs: Record<string, unknown> = {};
	const name = namePropertyOf(spec.type);
	for (const attr of ["id", "arn", ...(name ? [name] : []), ...(OUTPUTS[spec.type] ?? [])])
		outputs[attr] = attributeOf(spec, attr, byKey);
	return outputs;
}

const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
	"aws:lambda/function:Function": ["invokeArn", "qualifiedArn"],
	"aws:lambda/alias:Alias": ["invokeArn"],
	"aws:sqs/queue:Queue": ["url"],
	"aws:lambda/functionUrl:FunctionUrl": ["functionUrl"],
	"aws:lb/loadBalancer:LoadBalancer": ["dnsName"],
	"aws:rds/instance:Instance": ["address", "endpoint"],
	"aws:rds/cluster:Cluster": ["endpoint"],
	"aws:dynamodb/table:Table": ["streamArn"],
	"aws:apigateway/restApi:RestApi": ["executionArn", "rootResourceId"],
};

function attributeOf(spec: ResourceSpec, attr: string, byKey: ReadonlyMap<string, ResourceSpec>): unknown {
	const name = physicalName(spec, spec.props);
	const arn = arnOf(spec.type, name);
	const given = spec.props[attr];
	if (given !== undefined) return resolve(given, { run: "raw", byKey, depends: new Set() });
	switch (attr) {
		case "arn":
			return arn;
		case "id":
			return spec.type === "aws:sqs/queue:Queue"
				? `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`
				: idOf(spec, name, arn);
		case "url":
			return `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
		case "name":
			return name;
		case "invokeArn":
			return `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${arn}/invocations`;
		case "qualifiedArn":
			return `${arn}:$LATEST`;
		case "functionUrl":
			return `https://${spec.name}.lambda-url.${REGION}.on.aws/`;
		case "dnsName":
			return `${spec.name}-1234567890.${REGION}.elb.amazonaws.com`;
		case "endpoint":
			return `${spec.name}.c9akciq32.${REGION}.rds.amazonaws.com:5432`;
		case "address":
			return `${spec.name}.c9akciq32.${REGION}.rds.amazonaws.com`;
		default:
			return namePropertyOf(spec.type) === attr ? name : `${spec.name}-${attr}`;
	}
}

const ARN_IS_ID = /^aws:(sns|sfn|lb|sagemaker|ecs)\//;
const idOf = (spec: ResourceSpec, name: string, arn: string): string => (ARN_IS_ID.test(spec.type) ? arn : name);

function arnOf(type: string, name: string): string {
	const [, module = "", className = ""] = /^aws:([^/]+)\/[^:]+:(.+)$/.exec(type) ?? [];
	const at = `${REGION}:${ACCOUNT}`;
	if (type === "aws:lambda/alias:Alias") return `arn:aws:lambda:${at}:function:aliased:${name}`;
	if (module === "lambda") return `arn:aws:lambda:${at}:function:${name}`;
	if (module === "sqs" || module === "sns") return `arn:aws:${module}:${at}:${name}`;
	if (module === "sfn") return `arn:aws:states:${at}:stateMachine:${name}`;
	if (module === "iam") return `arn:aws:iam::${ACCOUNT}:${className.toLowerCase()}/${name}`;
	if (module === "s3") return `arn:aws:s3:::${name}`;
	if (type === "aws:cloudwatch/logGroup:LogGroup") return `arn:aws:logs:${at}:log-group:${name}`;
	return `arn:aws:${module}:${at}:${className.toLowerCase()}/${name}`;
}
