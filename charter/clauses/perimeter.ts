/** Clauses of the platform's edge: what is private, who may do what, the one way in and the one orchestrator. */
import type { Clause } from "../clauses.ts";

export const PERIMETER_CLAUSES = {} as const satisfies Record<string, Clause>;
