/** Calls that events make: topics, buckets, rules, schedules, log subscriptions; and mappings that poll for functions. */
import { ifKnown, itemsOf } from "../facts/fact.ts";
import { HTTP_API, HTTP_STAGE, REST_API, REST_STAGE } from "./apis.ts";
import type { Call, CallMode } from "./call.ts";
import { type FunctionReference, functionsBehind, functionsDependedOn, functionsNamed } from "./functions.ts";
import type { ResourceNode } from "./node.ts";
import { covers } from "./permissions.ts";
import type { StackGraph } from "./stack-graph.ts";
import {
	BUCKET,
	BUCKET_NOTIFICATION,
	EVENT_SOURCE_MAPPING,
	PERMISSION,
	PIPE,
	QUEUE,
	STATE_MACHINE,
	STREAM,
	TABLE,
	TOPIC,
} from "./types.ts";

/** Wiring by type: where the function stands, and where the source does. */
const WIRINGS = [
	{ type: "aws:sns/topicSubscription:TopicSubscription", to: "endpoint", from: "topic" },
	{ type: "aws:cloudwatch/eventTarget:EventTarget", to: "arn", from: "rule" },
	{ type: "aws:scheduler/schedule:Schedule", to: "target.arn", from: undefined },
	{ type: "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", to: "destinationArn", from: "logGroup" },
] as const;
const HANDOVERS = [QUEUE, STREAM, TOPIC, STATE_MACHINE];

/** Services that wait for the function that they call; every other one hands its event over and goes on. */
const WAITING_PRINCIPALS = new Set([
	"apigateway.amazonaws.com",
	"elasticloadbalancing.amazonaws.com",
	"cognito-idp.amazonaws.com",
	"lex.amazonaws.com",
	"lexv2.amazonaws.com",
	"firehose.amazonaws.com",
	"secretsmanager.amazonaws.com",
	"alexa-appkit.amazon.com",
	"alexa-connectedhome.amazon.com",
	"edgelambda.amazonaws.com",
	"vpc-lattice.amazonaws.com",
	"bedrock.amazonaws.com",
	"appsync.amazonaws.com",
	"states.amazonaws.com",
	"pipes.amazonaws.com",
	"connect.amazonaws.com",
	"cloudfront.amazonaws.com",
	// Named by mistake beside a mapping, which needs no permission: Lambda polls, and waits for the function.
	"sqs.amazonaws.com",
	"kinesis.amazonaws.com",
	"dynamodb.amazonaws.com",
	"kafka.amazonaws.com",
]);

const API_GATEWAY = "apigateway.amazonaws.com";
/** What API Gateway's ARNs name; the paths that follow in them may be called like anything else of the stack. */
const API_DOORS = [REST_API, REST_STAGE, HTTP_API, HTTP_STAGE];

/** Of these, the ones that stand for callers from outside. */
const FRONT_DOORS = new Set([API_GATEWAY, "elasticloadbalancing.amazonaws.com"]);

export function callsFromEvents(stack: StackGraph): Call[] {
	return [
		...fromWirings(stack),
		...fromBuckets(stack),
		...fromPipes(stack),
		...fromMappings(stack),
		...fromPermissions(stack),
	];
}

function* fromWirings(stack: StackGraph): Iterable<Call> {
	for (const wiring of WIRINGS)
		for (const via of stack.ofType(wiring.type)) {
			const from = (wiring.from && stack.target(via, wiring.from)) || via;
			for (const { fn: to, ...qualified } of functionsBehind(stack, via, wiring.to))
				yield { from, to, mode: "asynchronous", via, ...qualified };
			for (const to of stack.targets(via, wiring.to, HANDOVERS).nodes)
				yield { from, to, mode: to.type === STATE_MACHINE ? "start" : "send", via };
		}
}

function* fromBuckets(stack: StackGraph): Iterable<Call> {
	for (const via of stack.ofType(BUCKET_NOTIFICATION)) {
		const from = stack.target(via, "bucket", BUCKET) ?? via;
		for (const { fn: to, ...qualified } of functionsNotified(stack, via))
			yield { from, to, mode: "asynchronous", via, ...qualified };
	}
}

/** By their ARNs where these are known; the engine knows the dependencies of all entries together. */
function functionsNotified(stack: StackGraph, notification: ResourceNode): FunctionReference[] {
	const depended = functionsDependedOn(stack, notification, "lambdaFunctions");
	const isDepended = ({ fn }: FunctionReference) => depended.some((each) => each.fn === fn);
	const named = itemsOf(notification.props.parts("lambdaFunctions")).flatMap((part) => {
		const found = functionsNamed(stack, ifKnown(part.text("lambdaFunctionArn")) ?? "");
		// Aliases of several functions may share a name.
		return found.some(isDepended) ? found.filter(isDepended) : found;
	});
	return [...named, ...depended.filter(({ fn }) => !named.some((each) => each.fn === fn))];
}

/** A pipe waits for the function that it calls, as a mapping does, unless it is told not to. */
function* fromPipes(stack: StackGraph): Iterable<Call> {
	for (const via of stack.ofType(PIPE)) {
		const type = ifKnown(via.props.text("targetParameters.lambdaFunctionParameters.invocationType"));
		if (type !== "FIRE_AND_FORGET") continue;
		for (const { fn: to, ...qualified } of functionsBehind(stack, via, "target"))
			yield { from: via, to, mode: "asynchronous", via, ...qualified };
	}
}

function* fromMappings(stack: StackGraph): Iterable<Call> {
	for (const via of stack.ofType(EVENT_SOURCE_MAPPING))
		for (const { fn: to, ...qualified } of functionsBehind(stack, via, "functionName")) {
			const from = stack.target(via, "eventSourceArn", QUEUE, STREAM, TABLE) ?? via;
			yield { from, to, mode: "poll", via, ...qualified };
		}
}

/** How a service calls by a permission; undefined where it grants a service no call. */
export function modeAllowedBy(permission: ResourceNode): CallMode | undefined {
	const principal = ifKnown(permission.props.text("principal"));
	if (principal === undefined || !/\.amazon(aws)?\.com$/.test(principal)) return undefined;
	const action = ifKnown(permission.props.text("action")) ?? "lambda:InvokeFunction";
	if (!covers(action, "lambda:InvokeFunction"))
		return covers(action, "lambda:InvokeFunctionUrl") ? "synchronous" : undefined;
	return WAITING_PRINCIPALS.has(principal) ? "synchronous" : "asynchronous";
}

/** A permission says that a service may call, and so that it does. */
function* fromPermissions(stack: StackGraph): Iterable<Call> {
	for (const via of stack.ofType(PERMISSION)) {
		const mode = modeAllowedBy(via);
		if (mode === undefined) continue;
		const principal = ifKnown(via.props.text("principal"));
		const from = stack.target(via, "sourceArn", ...(principal === API_GATEWAY ? API_DOORS : [])) ?? via;
		for (const { fn: to, ...qualified } of functionsBehind(stack, via, "function"))
			yield {
				from,
				to,
				mode,
				via,
				...qualified,
				...(principal !== undefined && FRONT_DOORS.has(principal) ? { isFromOutside: true } : {}),
			};
	}
}
