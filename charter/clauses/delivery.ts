/** Clauses of what is called without waiting: queues, streams, workflows, and where their failures go. */
import type { Clause } from "../clauses.ts";

export const DELIVERY_CLAUSES = {} as const satisfies Record<string, Clause>;
