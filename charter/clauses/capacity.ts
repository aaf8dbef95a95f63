/** Clauses of what capacity costs: pollers, workflows, spot, tables, and the monthly cap. */
import type { Clause } from "../clauses.ts";

export const CAPACITY_CLAUSES = {
	"table-capacity": {
		title: "A table pays by request, or its capacity follows its load",
		because:
			"DynamoDB refuses what is over a fixed capacity: one stampede throttles every path that reads the same table, and what is not used is paid for all the same.",
		howToComply:
			'Set billingMode to "PAY_PER_REQUEST", or give reads and writes of the table and of each index a scaling target with a policy.',
		severity: "medium",
		// Read from the stack alone, with nothing to guess: no false alarm is known.
		level: "mandatory",
	},
} as const satisfies Record<string, Clause>;
