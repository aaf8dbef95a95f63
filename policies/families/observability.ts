/** Rules of what must be seen: logs, traces, alarms, dashboards, and the latency budget that they hold. */
import type { Rule } from "../rule.ts";

export const OBSERVABILITY_RULES: readonly Rule[] = [];
