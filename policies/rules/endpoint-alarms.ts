/**
 * Every public endpoint has an alarm on its latency and one on its errors, every queue behind it one on its age, and the
 * queue's dead letters one on their number; and somebody is told. Thresholds, and alarms of other stacks, are not seen.
 */
import { ifKnown, type Unknown, unknown } from "../facts/fact.ts";
import { ALARM_TYPES, acts, isHeard } from "../graph/alarms.ts";
import { isDeadLetterQueue, redriveOf } from "../graph/dead-letters.ts";
import { metricsOf } from "../graph/endpoint-metrics.ts";
import { type Endpoint, endpointsOf } from "../graph/endpoints.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import {
	ERRORS,
	LATENCY,
	NETWORK_ERRORS,
	QUEUE_AGE,
	QUEUE_DEPTH,
	queuesBehind,
	type Signal,
	type Watch,
	watchOfEndpoint,
	watchOfResource,
} from "../graph/watch.ts";
import { cannotTell, fail, notApplicable, pass, type Rule, type Verdict } from "../rule.ts";

/** What must be watched, by finding. */
const DEMANDS = {
	latency: "latency",
	errors: "errors",
	"queue-age": "oldest message",
	"dead-letters": "dead letters",
} as const;
type Demand = keyof typeof DEMANDS;
const ACTION = "action";

export const endpointAlarms: Rule = {
	name: "endpoint-alarms",
	findings: [...Object.keys(DEMANDS), ACTION],
	*check({ stack }) {
		const certain: Endpoint[] = [];
		const doubtful: { endpoint: Endpoint; doubt: Unknown }[] = [];
		for (const endpoint of endpointsOf(stack)) {
			const { door, isPublic } = endpoint;
			const doubt = isPublic.state === "unknown" ? isPublic : undefined;
			if (doubt) doubtful.push({ endpoint, doubt });
			else if (ifKnown(isPublic)) certain.push(endpoint);
			else {
				yield notApplicable(door, "it is not public", "latency");
				continue;
			}
			const { latency, errors } = metricsOf(endpoint);
			if (latency !== undefined)
				yield endpointWatched(stack, endpoint, { finding: "latency", signal: LATENCY, metric: latency }, doubt);
			const signal = latency === undefined ? NETWORK_ERRORS : ERRORS;
			yield endpointWatched(stack, endpoint, { finding: "errors", signal, metric: errors }, doubt);
		}
		const owed = queuesBehind(stack, certain);
		for (const queue of owed) yield* queueAlarms(stack, queue, undefined);
		for (const { endpoint, doubt } of doubtful)
			for (const queue of queuesBehind(stack, [endpoint]))
				if (!owed.has(queue)) yield* queueAlarms(stack, queue, doubt);
		for (const alarm of stack.ofType(...ALARM_TYPES)) yield doesSomething(stack, alarm);
	},
};

function* queueAlarms(stack: StackGraph, queue: ResourceNode, open: Unknown | undefined): Iterable<Verdict> {
	const isForDeadLetters = isDeadLetterQueue(stack, queue);
	if (isForDeadLetters.state === "known") return;
	const doubt = isForDeadLetters.state === "unknown" ? isForDeadLetters : open;
	const age = { finding: "queue-age", metric: "ApproximateAgeOfOldestMessage" } as const;
	yield watched(stack, queue, age, watchOfResource(stack, queue, QUEUE_AGE), doubt);
	const deadLetters = redriveOf(stack, queue)?.target;
	const depth = { finding: "dead-letters", metric: "ApproximateNumberOfMessagesVisible" } as const;
	if (deadLetters) yield watched(stack, deadLetters, depth, watchOfResource(stack, deadLetters, QUEUE_DEPTH), doubt);
}

/** An alarm on the door covers all that answers there, one on what answers only that: the worst answer is the endpoint's. */
function endpointWatched(
	stack: StackGraph,
	endpoint: Endpoint,
	{ finding, signal, metric }: { finding: Demand; signal: Signal; metric: string },
	doubt: Unknown | undefined,
): Verdict {
	const { door, backends } = endpoint;
	const parts = backends.length > 1 ? backends : [undefined];
	const verdicts = parts.map((part) =>
		watched(
			stack,
			door,
			{ finding, metric },
			watchOfEndpoint(stack, { ...endpoint, backends: part ? [part] : backends }, signal),
			doubt,
			part,
		),
	);
	const worst = ["fail", "cannot tell"].flatMap(
		(answer) => verdicts.find((verdict) => verdict.answer === answer) ?? [],
	);
	return worst[0] ?? pass(door, finding);
}

/**
 * @param demand what is owed, and a metric that tells it
 * @param doubt what keeps us from telling whether the alarm is owed at all
 */
function watched(
	stack: StackGraph,
	where: ResourceNode,
	{ finding, metric }: { finding: Demand; metric: string },
	{ alarms, open }: Watch,
	doubt: Unknown | undefined,
	part?: ResourceNode,
): Verdict {
	const of = `${DEMANDS[finding]}${part ? ` of ${part.label}` : ""}`;
	const owner = part ? "the" : "its";
	const hearing = alarms.map((alarm) => ({ alarm, isHeard: isHeard(stack, alarm) }));
	if (hearing.some(({ isHeard: heard }) => heard.state === "known")) return pass(where, finding);
	if (doubt) return cannotTell(where, doubt, `whether it owes an alarm on ${owner} ${of}`, finding);
	for (const { alarm, isHeard: heard } of hearing)
		if (heard.state === "unknown")
			return cannotTell(alarm, heard, `whether anybody is told of the ${of} at ${where.label}`, finding);
	if (open)
		return cannotTell(open.alarm, unknown(open.property), `whether it is on the ${of} at ${where.label}`, finding);
	const [silent] = alarms;
	if (silent)
		return fail(
			where,
			{
				what: `has an alarm on ${owner} ${of}, ${silent.label}, of which nobody is told`,
				fix: "Set alarmActions to a topic that people read, on the alarm or on a composite above it, and leave actionsEnabled on.",
			},
			finding,
		);
	return fail(
		where,
		{
			what: `has no alarm on ${owner} ${of}`,
			fix: `Add an aws.cloudwatch.MetricAlarm on ${metric} with alarmActions.`,
		},
		finding,
	);
}

/** An alarm that does nothing in any state is looked at by nobody. */
function doesSomething(stack: StackGraph, alarm: ResourceNode): Verdict {
	const does = acts(stack, alarm);
	if (does.state === "known") return pass(alarm, ACTION);
	if (does.state === "unknown") return cannotTell(alarm, does, "whether it does anything", ACTION);
	return fail(
		alarm,
		{ what: "does nothing when it rises", fix: "Set alarmActions, or remove the alarm.", level: "advisory" },
		ACTION,
	);
}
