/** The clause about the charter itself: its config and its exceptions. */
import type { Clause } from "./clause.ts";

export const CONFIG_CLAUSES = {
	charter: {
		title: "The charter's own config and exceptions are in order",
		because: "A typo in a policy's config or an exception that nobody renewed switches a rule off without a word.",
		howToComply:
			"Use the config keys of docs/policies/charter.md; give each exception a reason, an owner, a ticket and an end.",
		severity: "high",
		level: "mandatory",
	},
} as const satisfies Record<string, Clause>;
