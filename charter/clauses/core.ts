/** Clauses of the core rules: what keeps one tenant's burst from taking the platform down, and says who pays. */
import type { Clause } from "./clause.ts";

export const CORE_CLAUSES = {
	"function-reserved-concurrency": {
		title: "Every function reserves its concurrency, and the account keeps 100 unreserved",
		because:
			"Without a reservation one noisy tenant scales a function until it takes the account's concurrency and floods whatever stands behind it.",
		howToComply:
			"Set reservedConcurrentExecutions on the function: peak requests per second × p95 in seconds, with headroom.",
		severity: "high",
		level: "mandatory",
	},
	"api-tenant-throttling": {
		title: "Every API stage is throttled as a whole and tenant by tenant",
		because: "Without limits per tenant a single inference stampede takes down unrelated workloads.",
		howToComply:
			"Give the stage a rate and burst limit, a usage plan with rate, burst and quota, and each tenant an API key that the methods require.",
		severity: "high",
		level: "mandatory",
	},
	"cost-allocation-tags": {
		title: "Everything that can carry tags says who pays for it",
		because: "An opaque bill is paid by nobody: cost is attributed to team, model and feature by tags alone.",
		howToComply: "Set the required tags in the provider's defaultTags, and let services and groups propagate them.",
		severity: "medium",
		level: "mandatory",
	},
	"function-timeout-explicit": {
		title: "Every function states a timeout, within its model's latency budget",
		because:
			"The default of 3 s is nobody's decision, and a function that may run longer than its budget holds concurrency long after its caller gave up.",
		howToComply: "Set timeout on the function, at most the p95 of its model rounded up to whole seconds.",
		severity: "medium",
		level: "mandatory",
	},
	"timeout-chain": {
		title: "Whoever waits, waits at least as long as what it waits for",
		because:
			"A caller that gives up first retries work that is still running: load doubles just when the backend is slow, and messages are processed twice.",
		howToComply:
			"Order the timeouts: CDN origin and API integration ≥ function ≥ what it calls; a queue's visibility ≥ 6 × the function's timeout + the batching window.",
		severity: "high",
		level: "mandatory",
	},
	"queue-before-non-elastic-backend": {
		title: "Nothing outside reaches a backend that cannot scale with it except through a queue or stream",
		because:
			"Functions scale in seconds and databases, caches and GPU pools do not: connection limits and memory give way first, for every caller.",
		howToComply:
			"Let the function send to an SQS queue or a Kinesis stream, and let a bounded consumer call the backend.",
		severity: "high",
		level: "mandatory",
	},
} as const satisfies Record<string, Clause>;
