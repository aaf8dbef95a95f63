/**
 * Where a run that fails is kept, demanded only of what is called without waiting: nobody else would notice. What catches
 * events that were never delivered is another thing, and only advised.
 */
import { absent, type Fact, ifKnown } from "../facts/fact.ts";
import {
	asyncCallsOf,
	functionNamedBy,
	invokeConfigsOf,
	LATEST,
	type NamedFunction,
	openQualifierOf,
} from "../graph/async-calls.ts";
import { modeAllowedBy } from "../graph/calls-events.ts";
import { deadLetterOf, EVENT_TARGET, INVOKE_CONFIG, SCHEDULE, SUBSCRIPTION } from "../graph/dead-letters.ts";
import { functionsBehind } from "../graph/functions.ts";
import { sourceKindOf } from "../graph/mappings.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { EVENT_SOURCE_MAPPING, FUNCTION, PERMISSION } from "../graph/types.ts";
import { cannotTell, fail, notApplicable, pass, type Rule, type Verdict } from "../rule.ts";

/** A stream's mapping without a failure destination. */
const STREAM = "stream";
/** A configuration of asynchronous calls that keeps no failures, whoever calls. */
const INVOKE_CONFIGURED = "invoke-config";
/** Nothing catches what could not be delivered. */
const DELIVERY = "delivery";

export const deadLetterByInvocation: Rule = {
	name: "dead-letter-by-invocation",
	findings: [STREAM, INVOKE_CONFIGURED, DELIVERY],
	*check({ stack }) {
		for (const fn of stack.ofType(FUNCTION)) yield* failedRuns(stack, fn);
		for (const permission of stack.ofType(PERMISSION)) yield* failedRunsElsewhere(stack, permission);
		for (const mapping of stack.ofType(EVENT_SOURCE_MAPPING)) yield* failedBatches(stack, mapping);
		for (const config of stack.ofType(INVOKE_CONFIG)) yield configured(stack, config);
		for (const sender of stack.ofType(EVENT_TARGET, SCHEDULE, SUBSCRIPTION)) yield undelivered(sender);
	},
};

function* failedRuns(stack: StackGraph, fn: ResourceNode): Iterable<Verdict> {
	const calls = asyncCallsOf(stack).get(fn) ?? [];
	if (calls.length === 0) {
		yield notApplicable(fn, "nothing in the stack calls it asynchronously");
		return;
	}
	const own = deadLetterOf(fn);
	if (own.state === "known") {
		yield pass(fn);
		return;
	}
	const byQualifier = Map.groupBy(calls, ({ qualifier }) => qualifier ?? LATEST);
	for (const [qualifier, [call]] of byQualifier) {
		const open = call && openQualifierOf(call);
		const kept = open && hasDestination(stack, fn) ? open : destinationOn(stack, fn, qualifier);
		if (kept.state === "known") yield pass(fn);
		else if (kept.state === "unknown") yield cannotTell(fn, kept, "whether its failed runs are kept");
		else
			yield fail(fn, {
				what: `is called asynchronously ${calledBy(call?.from, call?.via)}${onQualifier(qualifier)}, and keeps no failed run`,
				fix: `Set deadLetterConfig, or a FunctionEventInvokeConfig ${qualifier === LATEST ? "" : `with qualifier "${qualifier}" `}whose destinationConfig has onFailure.`,
			});
	}
}

const calledBy = (from: ResourceNode | undefined, via: ResourceNode | undefined): string =>
	`by ${(from ?? via)?.label ?? "a service"}`;
const onQualifier = (qualifier: string): string => (qualifier === LATEST ? "" : ` as "${qualifier}"`);

/** Whether the configuration of any qualifier has a failure destination, or may have one. */
const hasDestination = (stack: StackGraph, fn: ResourceNode): boolean =>
	(invokeConfigsOf(stack).get(fn) ?? []).some(({ config }) => deadLetterOf(config).state !== "absent");

/** Whether the configuration of a qualifier has a failure destination. */
function destinationOn(stack: StackGraph, fn: ResourceNode, qualifier: string): Fact<true> {
	const configs = invokeConfigsOf(stack).get(fn) ?? [];
	const meant = configs.filter((each) => each.qualifier === undefined || each.qualifier === qualifier);
	const facts = meant.map(({ config, qualifier: on }): Fact<true> => {
		const kept = deadLetterOf(config);
		return on === undefined && kept.state === "known" ? { state: "unknown", property: "qualifier" } : kept;
	});
	return strongest(facts);
}

const strongest = (facts: readonly Fact<true>[]): Fact<true> =>
	facts.find(({ state }) => state === "known") ?? facts.find(({ state }) => state === "unknown") ?? { state: "absent" };

/** A function elsewhere that this stack lets an asynchronous service call: its configuration belongs beside that. */
function* failedRunsElsewhere(stack: StackGraph, permission: ResourceNode): Iterable<Verdict> {
	if (modeAllowedBy(permission) !== "asynchronous" || functionsBehind(stack, permission, "function").length > 0) return;
	const called = functionNamedBy(permission, "function");
	if (!called) return;
	const facts = stack.ofType(INVOKE_CONFIG).map((config) => destinationElsewhere(stack, config, permission, called));
	const kept = strongest(facts);
	if (kept.state === "known") yield pass(permission);
	else if (kept.state === "unknown") yield cannotTell(permission, kept, "whether failed runs are kept");
	else
		yield fail(permission, {
			what: `lets ${ifKnown(permission.props.text("principal"))} call function "${called.name}" asynchronously, and the stack keeps no failed run of it`,
			fix: "Add a FunctionEventInvokeConfig for the function whose destinationConfig has onFailure.",
		});
}

/** Whether a configuration keeps the failed runs that a permission leads to, of a function that is not in the stack. */
function destinationElsewhere(
	stack: StackGraph,
	config: ResourceNode,
	permission: ResourceNode,
	called: NamedFunction,
): Fact<true> {
	const kept = deadLetterOf(config);
	if (kept.state === "absent") return absent;
	const name = config.props.text("functionName");
	if (name.state === "unknown") return functionsBehind(stack, config, "functionName").length > 0 ? absent : name;
	const on = functionNamedBy(config, "functionName");
	if (on?.name !== called.name) return absent;
	const qualifiers = [permission, config].map((node) => node.props.text("qualifier"));
	for (const qualifier of qualifiers) if (qualifier.state === "unknown") return qualifier;
	return on.qualifier === called.qualifier ? kept : absent;
}

/** A stream's batch that fails blocks its shard until it is dropped: it must go somewhere. */
function* failedBatches(stack: StackGraph, mapping: ResourceNode): Iterable<Verdict> {
	const kind = sourceKindOf(stack, mapping);
	const kept = deadLetterOf(mapping);
	if (kept.state === "known") yield pass(mapping, STREAM);
	else if (kind.state === "unknown") yield cannotTell(mapping, kind, "whether it polls a stream", STREAM);
	else if (ifKnown(kind) !== "stream")
		yield notApplicable(mapping, "its source keeps what failed: a queue by its redrive policy", STREAM);
	else
		yield fail(
			mapping,
			{
				what: "polls a stream and has no failure destination: a batch that fails for good is dropped without a trace",
				fix: "Set destinationConfig.onFailure to a queue or topic, with maximumRetryAttempts.",
			},
			STREAM,
		);
}

function configured(stack: StackGraph, config: ResourceNode): Verdict {
	const kept = deadLetterOf(config);
	const functions = functionsBehind(stack, config, "functionName");
	const hasOwn = functions.some(({ fn }) => deadLetterOf(fn).state === "known");
	if (hasOwn || kept.state === "known") return pass(config, INVOKE_CONFIGURED);
	if (kept.state === "unknown")
		return cannotTell(config, kept, "whether it has a failure destination", INVOKE_CONFIGURED);
	return fail(
		config,
		{
			what: "configures asynchronous calls without a failure destination",
			fix: "Set destinationConfig.onFailure: a destination for successes keeps no failure.",
			level: "advisory",
		},
		INVOKE_CONFIGURED,
	);
}

/** Endpoints that are people: nobody redrives to a mailbox. */
const TO_PEOPLE = new Set(["email", "email-json", "sms"]);

function undelivered(sender: ResourceNode): Verdict {
	const protocol = sender.type === SUBSCRIPTION ? ifKnown(sender.props.text("protocol")) : undefined;
	if (protocol !== undefined && TO_PEOPLE.has(protocol)) return notApplicable(sender, "it notifies people", DELIVERY);
	const kept = deadLetterOf(sender);
	if (kept.state === "known") return pass(sender, DELIVERY);
	if (kept.state === "unknown") return cannotTell(sender, kept, "whether undelivered events are kept", DELIVERY);
	const isSubscription = sender.type === SUBSCRIPTION;
	return fail(
		sender,
		{
			what: "keeps nothing of what it could not deliver",
			fix: `Set ${isSubscription ? "redrivePolicy with a deadLetterTargetArn" : `${sender.type === SCHEDULE ? "target." : ""}deadLetterConfig.arn`}.`,
			level: "advisory",
		},
		DELIVERY,
	);
}
