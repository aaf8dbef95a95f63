/** Clauses of what must be seen: logs, traces, alarms, dashboards, and the latency budget that they hold. */
import type { Clause } from "../clauses.ts";

export const OBSERVABILITY_CLAUSES = {} as const satisfies Record<string, Clause>;
