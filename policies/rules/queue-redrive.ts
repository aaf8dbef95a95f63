/**
 * Every queue but a dead-letter queue sets aside what cannot be processed, keeps it longer than the message was kept, and
 * gives a spot worker enough tries. A queue is a dead-letter queue by use, whatever its name.
 */
import { DEAD_LETTER_RETENTION_MAX_SECONDS, SPOT_RECEIVE_COUNT_MINIMUM } from "../../charter/limits.ts";
import { isDeadLetterQueue, type Redrive, redriveOf } from "../graph/dead-letters.ts";
import type { ResourceNode } from "../graph/node.ts";
import { spotWorkerOn } from "../graph/spot-workers.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { QUEUE } from "../graph/types.ts";
import { cannotTell, fail, notApplicable, pass, type Rule, type Verdict } from "../rule.ts";

/** The dead-letter queue forgets before anybody looks. */
const RETENTION = "retention";
/** A few interruptions of a spot worker are taken for a poison message. */
const RECEIVE_COUNT = "receive-count";

export const queueRedrive: Rule = {
	name: "queue-redrive",
	findings: [RETENTION, RECEIVE_COUNT],
	*check({ stack }) {
		for (const queue of stack.ofType(QUEUE)) {
			const redrive = redriveOf(stack, queue);
			yield setsAside(stack, queue, redrive);
			if (!redrive) continue;
			if (redrive.target) yield retention(queue, redrive.target);
			yield* receiveCount(stack, queue, redrive);
		}
	},
};

function setsAside(stack: StackGraph, queue: ResourceNode, redrive: Redrive | undefined): Verdict {
	if (redrive) return pass(queue);
	const isDeadLetter = isDeadLetterQueue(stack, queue);
	if (isDeadLetter.state === "known") return notApplicable(queue, "it is a dead-letter queue itself, by use");
	if (isDeadLetter.state === "unknown") return cannotTell(queue, isDeadLetter, "whether it is a dead-letter queue");
	if (queue.props.malformed("redrivePolicy"))
		return fail(queue, {
			what: "has a redrivePolicy that is no JSON object",
			fix: "Write it with pulumi.jsonStringify({ deadLetterTargetArn, maxReceiveCount }).",
		});
	return fail(queue, {
		what: "has no dead-letter queue",
		fix: "Set redrivePolicy with a deadLetterTargetArn and a maxReceiveCount.",
	});
}

/** A message keeps the age that it had when it moves: a dead-letter queue that keeps no longer drops it at once. */
function retention(queue: ResourceNode, target: ResourceNode): Verdict {
	const kept = target.effectiveNumber("messageRetentionSeconds");
	const source = queue.effectiveNumber("messageRetentionSeconds");
	if (kept.state === "unknown") return cannotTell(target, kept, "whether it keeps failures long enough", RETENTION);
	if (kept.state === "known" && kept.value >= DEAD_LETTER_RETENTION_MAX_SECONDS) return pass(target, RETENTION);
	if (source.state === "unknown")
		return cannotTell(queue, source, `whether ${target.label} keeps its failures longer`, RETENTION);
	if (kept.state !== "known" || source.state !== "known" || kept.value > source.value) return pass(target, RETENTION);
	return fail(
		target,
		{
			what: `keeps failed messages of ${queue.label} for ${kept.value} s, counted from when they were sent, and that queue keeps them for ${source.value} s already`,
			fix: `Set messageRetentionSeconds to ${DEAD_LETTER_RETENTION_MAX_SECONDS} (14 days).`,
		},
		RETENTION,
	);
}

function* receiveCount(stack: StackGraph, queue: ResourceNode, { maxReceiveCount }: Redrive): Iterable<Verdict> {
	if (maxReceiveCount.state === "known" && maxReceiveCount.value >= SPOT_RECEIVE_COUNT_MINIMUM) {
		yield pass(queue, RECEIVE_COUNT);
		return;
	}
	const worker = spotWorkerOn(stack, queue);
	if (worker.state === "absent" || maxReceiveCount.state === "absent") return;
	if (worker.state === "unknown") yield cannotTell(queue, worker, "whether a spot worker consumes it", RECEIVE_COUNT);
	else if (maxReceiveCount.state === "unknown")
		yield cannotTell(queue, maxReceiveCount, "how often a message is tried", RECEIVE_COUNT);
	else
		yield fail(
			queue,
			{
				what: `sets a message aside after ${maxReceiveCount.value} receive(s), and ${worker.value.label} that consumes it runs on spot capacity: an interruption counts as one`,
				fix: `Set maxReceiveCount to ${SPOT_RECEIVE_COUNT_MINIMUM} or more.`,
			},
			RECEIVE_COUNT,
		);
}
