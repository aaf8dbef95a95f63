/** Rules of what is called without waiting: queues, streams, workflows, and where their failures go. */
import type { Rule } from "../rule.ts";
import { consumerConcurrencyBounded } from "../rules/consumer-concurrency-bounded.ts";
import { deadLetterByInvocation } from "../rules/dead-letter-by-invocation.ts";
import { noSynchronousFunctionChain } from "../rules/no-synchronous-function-chain.ts";
import { partialBatchResponse } from "../rules/partial-batch-response.ts";
import { queueRedrive } from "../rules/queue-redrive.ts";
import { workflowGuards } from "../rules/workflow-guards.ts";

export const DELIVERY_RULES: readonly Rule[] = [
	deadLetterByInvocation,
	queueRedrive,
	workflowGuards,
	noSynchronousFunctionChain,
	consumerConcurrencyBounded,
	partialBatchResponse,
];
