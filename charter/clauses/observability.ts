/** Clauses of what must be seen: logs, traces, alarms, dashboards, and the latency budget that they hold. */
import type { Clause } from "./clause.ts";

export const OBSERVABILITY_CLAUSES = {
	// Mandatory: a group's retention and a function's group are in the stack or they are not, nothing is guessed.
	"log-retention": {
		title: "Every log group expires, and every function logs to a group of the stack",
		because:
			"Logs without an end are paid for every month and read by nobody, and a group that Lambda makes by itself has none.",
		howToComply:
			"Set retentionInDays on every log group, and name one of the stack's in the function's loggingConfig.logGroup.",
		severity: "medium",
		level: "mandatory",
	},
	// Advisory: tracers in the code or an image leave no mark in the stack.
	"tracing-on": {
		title: "Functions, APIs and workflows record traces",
		because: "A hop without traces is where a drifting latency hides: nobody can tell whose milliseconds they are.",
		howToComply:
			"Set the function's tracingConfig.mode to Active (or set up OpenTelemetry), the stage's xrayTracingEnabled and the workflow's tracingConfiguration.enabled.",
		severity: "medium",
		level: "advisory",
	},
	// Advisory: a function may print JSON by itself while its log format says text.
	"structured-logs": {
		title: "Functions log JSON, and public stages have a JSON access log with request, tenant and latency",
		because:
			"A line that only people can read is summed by nobody: not by tenant in a stampede, not by version in a rollout.",
		howToComply:
			"Set the function's loggingConfig.logFormat to JSON, and the stage's accessLogSettings with a JSON format of request id, tenant and response latency.",
		severity: "medium",
		level: "advisory",
	},
	// Advisory: not every API that people wait for answers from a model, and the rule cannot tell which do.
	"latency-budget": {
		title: "Every realtime endpoint belongs to a model with a p95 and a budget, hop by hop, that fits in it",
		because:
			"Each hop adds its 20 to 80 ms and nobody owns the sum: without a budget the latency is discovered, not decided.",
		howToComply:
			"Declare the model with slo.p95Ms and a budget whose hops sum to at most it, and set the model tag on the function or service.",
		severity: "medium",
		level: "advisory",
	},
	// Advisory: alarms are often another stack's, or another product's.
	"endpoint-alarms": {
		title: "Every public endpoint, and every queue behind it, has alarms of which somebody is told",
		because:
			"An endpoint without alarms has an outage when its callers say so, and a dead-letter queue nobody watches is a bin.",
		howToComply:
			"Add alarms with alarmActions on the endpoint's latency and errors, on the age of each queue behind it, and on the number of its dead letters.",
		severity: "medium",
		level: "advisory",
	},
	// Advisory: dashboards are often another product's.
	"endpoint-dashboard": {
		title: "Every endpoint of a model with an SLO has a dashboard that shows its entry and what answers",
		because:
			"A latency that drifts is seen at the door and made behind it: with either alone the budget cannot be mapped to its hops.",
		howToComply:
			"Add a dashboard with metrics of the API, load balancer or endpoint and of the function or service behind it, or tag the endpoint critical: false.",
		severity: "low",
		level: "advisory",
	},
} as const satisfies Record<string, Clause>;
