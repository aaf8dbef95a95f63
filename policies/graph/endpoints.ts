/**
 * Endpoints: the doors at which callers wait for an answer, and what answers behind each. A door is an API's stage, a
 * load balancer, a function URL or a SageMaker endpoint. What works without anyone waiting is none.
 */
import { type Fact, ifKnown, type Known, known, mapFact, orElse, type Unknown } from "../facts/fact.ts";
import {
	AUTHORIZERS,
	apiOf,
	HTTP_API,
	HTTP_INTEGRATION,
	HTTP_STAGE,
	inApiOf,
	REST_API,
	REST_INTEGRATION,
	REST_STAGE,
} from "./apis.ts";
import type { Call } from "./call.ts";
import { callersOf, callsFrom, callsOf } from "./calls.ts";
import { functionsBehind } from "./functions.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import {
	CLASSIC_BALANCER,
	FUNCTION,
	FUNCTION_URL,
	LOAD_BALANCER,
	PERMISSION,
	SAGEMAKER_ENDPOINT,
	SAGEMAKER_ENDPOINT_CONFIG,
	STATE_MACHINE,
} from "./types.ts";

export interface Endpoint {
	/** The stage, load balancer, function URL or SageMaker endpoint. An API without a stage stands for its own. */
	door: ResourceNode;
	/** The API of a stage, where it is in the stack. */
	api: ResourceNode | undefined;
	/** What answers there: functions, services, SageMaker endpoints. Authorizers are no answer. */
	backends: readonly ResourceNode[];
	isPublic: Known<boolean> | Unknown;
}

/** Every endpoint of the stack, load balancers inside a network included. */
export const endpointsOf = perStack((stack): readonly Endpoint[] => [
	...apiEndpoints(stack),
	...stack.ofType(LOAD_BALANCER).flatMap((door) => {
		// Nobody calls a gateway load balancer: routes send packets through it.
		if (ifKnown(door.effectiveText("loadBalancerType")) === "gateway") return [];
		const behind = answeringFor(stack, callsFrom(stack, door));
		// What it forwards to may be outside the stack: then it speaks for itself.
		const backends = behind.length > 0 ? behind : [door];
		return [{ door, api: undefined, backends, isPublic: negated(door.effectiveFlag("internal")) }];
	}),
	// Instances stand behind a classic one: what answers on them is not seen.
	...stack.ofType(CLASSIC_BALANCER).map((door) => ({
		door,
		api: undefined,
		backends: [],
		isPublic: negated(door.effectiveFlag("internal")),
	})),
	...stack.ofType(FUNCTION_URL).map((door) => ({
		door,
		api: undefined,
		backends: functionsBehind(stack, door, "functionName").map(({ fn }) => fn),
		isPublic: orElse(
			mapFact(door.props.text("authorizationType"), (type) => type !== "AWS_IAM"),
			true,
		),
	})),
	...stack
		.ofType(SAGEMAKER_ENDPOINT)
		.map((door) => ({ door, api: undefined, backends: [door], isPublic: known(true) })),
]);

function* apiEndpoints(stack: StackGraph): Iterable<Endpoint> {
	const staged = new Set<ResourceNode>();
	for (const door of stack.ofType(REST_STAGE, HTTP_STAGE)) {
		const api = apiOf(stack, door);
		if (api) staged.add(api);
		const type = door.type === REST_STAGE ? REST_INTEGRATION : HTTP_INTEGRATION;
		const calls = inApiOf(stack, door, type).flatMap((integration) => callsByVia(stack).get(integration) ?? []);
		const isPublic = negated(privacyOf(api));
		yield { door, api, backends: answering(stack, api, calls), isPublic };
	}
	for (const api of stack.ofType(REST_API, HTTP_API)) {
		if (staged.has(api)) continue;
		const backends = answering(stack, api, []);
		if (backends.length > 0) yield { door: api, api, backends, isPublic: negated(privacyOf(api)) };
	}
}

const callsByVia = perStack((stack) => Map.groupBy(callsOf(stack), ({ via }) => via));

const authorizersOf = perStack(
	(stack) =>
		new Set(
			stack.ofType(...AUTHORIZERS).flatMap((node) => functionsBehind(stack, node, "authorizerUri").map(({ fn }) => fn)),
		),
);

/** What answers an API: behind its integrations, what it is permitted to call, and what its own definition names. */
function answering(stack: StackGraph, api: ResourceNode | undefined, calls: readonly Call[]): ResourceNode[] {
	const permitted = (api ? callsFrom(stack, api) : []).filter(
		({ via, to }) => !AUTHORIZERS.includes(via.type) && (via.type !== PERMISSION || !authorizersOf(stack).has(to)),
	);
	const defined = api ? [...functionsBehind(stack, api, "target").map(({ fn }) => fn), ...namedInBody(stack, api)] : [];
	return [...new Set([...answeringFor(stack, [...calls, ...permitted]), ...defined])];
}

const namedInBody = (stack: StackGraph, api: ResourceNode): ResourceNode[] =>
	stack.dependencies(api, "body", [FUNCTION]).filter((fn) => !authorizersOf(stack).has(fn));

/** Who answers the calls that are waited for, workflows apart; for a load balancer, what it forwards to. */
function answeringFor(stack: StackGraph, calls: readonly Call[]): ResourceNode[] {
	const answers = calls
		.filter(({ mode, to }) => mode === "synchronous" && to.type !== STATE_MACHINE)
		.map(({ to }) => to);
	return [
		...new Set(
			answers.flatMap((to) => {
				const behind = to.type === LOAD_BALANCER ? callsFrom(stack, to).map((call) => call.to) : [];
				return behind.length > 0 ? behind : [to];
			}),
		),
	];
}

/** Whether an API can be called from inside a network alone: only REST APIs can be so. */
export function privacyOf(api: ResourceNode | undefined): Known<boolean> | Unknown {
	const types = api?.type === REST_API ? api.props.texts("endpointConfiguration.types") : undefined;
	if (types?.state === "unknown") return types;
	const all: Fact<string>[] = types?.state === "known" ? types.value : [];
	for (const type of all) if (type.state === "unknown") return type;
	return known(all.some((type) => ifKnown(type) === "PRIVATE"));
}

const negated = (fact: Known<boolean> | Unknown): Known<boolean> | Unknown =>
	fact.state === "unknown" ? fact : known(!fact.value);

/** Whether an endpoint takes its requests from a queue of its own, so that nobody waits: SageMaker's asynchronous kind. */
export function isAsynchronous(stack: StackGraph, endpoint: ResourceNode): boolean {
	const config = stack.target(endpoint, "endpointConfigName", SAGEMAKER_ENDPOINT_CONFIG);
	return config !== undefined && config.props.read("asyncInferenceConfig").state !== "absent";
}

/** The resources whose tags may say for which model a backend answers, the nearest first. */
export function speakersFor(stack: StackGraph, { door, api }: Endpoint, backend: ResourceNode): ResourceNode[] {
	const callers = callersOf(stack, backend).flatMap(({ from, mode }) => (from && mode === "synchronous" ? [from] : []));
	return [...new Set([backend, ...callers, door, ...(api ? [api] : [])])];
}
