/** Rules of what must be seen: logs, traces, alarms, dashboards, and the latency budget that they hold. */
import type { Rule } from "../rule.ts";
import { endpointAlarms } from "../rules/endpoint-alarms.ts";
import { endpointDashboard } from "../rules/endpoint-dashboard.ts";
import { latencyBudget } from "../rules/latency-budget.ts";
import { logRetention } from "../rules/log-retention.ts";
import { structuredLogs } from "../rules/structured-logs.ts";
import { tracingOn } from "../rules/tracing-on.ts";

export const OBSERVABILITY_RULES: readonly Rule[] = [
	logRetention,
	tracingOn,
	structuredLogs,
	latencyBudget,
	endpointAlarms,
	endpointDashboard,
];
