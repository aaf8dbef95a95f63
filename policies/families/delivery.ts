/** Rules of what is called without waiting: queues, streams, workflows, and where their failures go. */
import type { Rule } from "../rule.ts";

export const DELIVERY_RULES: readonly Rule[] = [];
