/** Clauses of what is called without waiting: queues, streams, workflows, and where their failures go. */
import type { Clause } from "./clause.ts";

export const DELIVERY_CLAUSES = {
	"dead-letter-by-invocation": {
		title: "What is called without waiting keeps its failed runs",
		because:
			"After two retries Lambda drops an asynchronous event, and a stream's mapping drops its batch: nobody waits for the answer, so nobody learns of the loss.",
		becauseOf: {
			delivery:
				"What a topic, rule or schedule cannot hand over (a permission is missing, the target is throttled) it tries for a while and drops: the function never runs, so its own dead-letter queue stays empty.",
		},
		howToComply:
			"Give the function a dead-letter queue, or the qualifier that is called an onFailure destination; give a stream's mapping one too.",
		severity: "high",
		// Decided by who calls, not by what exists: a function that is only waited for is never asked.
		level: "mandatory",
	},
	"queue-redrive": {
		title: "Every queue sets aside what cannot be processed, and keeps it longer than it kept the message",
		because:
			"One poison message is received again and again until it expires: it holds a consumer's concurrency all that time, and then it is gone.",
		becauseOf: {
			retention:
				"A message keeps its age when it moves: a dead-letter queue that keeps no longer than its source deletes the failure before anyone has looked at it.",
			"receive-count":
				"A spot worker that is taken away leaves its message received and not deleted: after so few tries good work is set aside as if it were poison.",
		},
		howToComply:
			"Set redrivePolicy to a dead-letter queue with 14 days of retention; a maxReceiveCount of 3 or more where a spot worker may be taken away in the middle of a message.",
		severity: "high",
		// Both sides stand in the stack as numbers, and queues that are dead-letter queues by use are told apart.
		level: "mandatory",
	},
	"workflow-guards": {
		title: "Every task of a workflow has a timeout, retries and a way for its failure; every map has a limit",
		because:
			"A task without a timeout waits for a year, one without retries fails the run on a network error, one without a catcher fails it in silence, and an unbounded map calls a backend with as many copies as it has items.",
		howToComply: "Give each Task TimeoutSeconds, Retry and Catch, and each Map a MaxConcurrency.",
		severity: "medium",
		// A task may leave its failure to the run on purpose: reviewers differ, so the rule advises.
		level: "advisory",
	},
	"no-synchronous-function-chain": {
		title: "No function calls another and waits for it",
		because:
			"The caller is paid for while it waits, and its latency, timeouts and concurrency are those of the whole chain: a slow callee takes every caller down with it.",
		howToComply:
			"Let a Step Functions workflow call one function after the other, send to a queue, or make the two one function.",
		severity: "medium",
		// A grant does not say whether the call is awaited: one that only sends events needs an exception, so the rule advises.
		level: "advisory",
	},
	"consumer-concurrency-bounded": {
		title: "Every consumer of a queue has a maximum concurrency, within its function's reservation",
		because:
			"Lambda polls a long queue with up to 1,000 copies of the function: beyond the reservation they are throttled, and throttled messages count as received until they end in the dead-letter queue.",
		howToComply:
			"Set scalingConfig.maximumConcurrency on each mapping, together at most the function's reservedConcurrentExecutions, and a batching window where a batch is over 10.",
		severity: "high",
		// Plain numbers of the mapping and of the function.
		level: "mandatory",
	},
	"partial-batch-response": {
		title: "Every consumer of a queue says which messages of a batch failed",
		because: "Otherwise one bad message sends its whole batch back: the good ones are worked on again, and again.",
		howToComply:
			'Set functionResponseTypes to ["ReportBatchItemFailures"], and return batchItemFailures from the handler; or a batchSize of 1.',
		severity: "medium",
		// The handler must answer in kind, which the stack does not show: switching it on alone helps nobody.
		level: "advisory",
	},
} as const satisfies Record<string, Clause>;
