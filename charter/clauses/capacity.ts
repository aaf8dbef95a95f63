/** Clauses of what capacity costs: pollers, workflows, spot, tables, and the monthly cap. */
import type { Clause } from "../clauses.ts";

export const CAPACITY_CLAUSES = {} as const satisfies Record<string, Clause>;
