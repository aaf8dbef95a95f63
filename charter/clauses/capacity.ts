/** Clauses of what capacity costs: pollers, workflows, spot, tables, and the monthly cap. */
import type { Clause } from "./clause.ts";

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
	"no-always-on-poller": {
		title: "No service keeps tasks running only to ask a queue for work that a trigger could bring",
		because:
			"Over a year an always-on task that polls a mostly empty queue costs more than the endpoint that it serves.",
		howToComply:
			"Serve the queue with an event source mapping on a function, start tasks with an EventBridge pipe, or let the service scale to 0.",
		severity: "low",
		// What a task does besides receiving is its code's to know: a person should look before it is taken away.
		level: "advisory",
	},
	"workflow-type": {
		title: "Express for what is short and frequent, Standard for what waits, and no polling where a task can wait",
		because:
			"Standard is paid for by the step and Express by the second: the wrong one, or a loop that asks if a job is done, costs many times the work itself.",
		howToComply:
			'Set type to "EXPRESS" for work of at most 5 minutes that is started 10 times a second or more, "STANDARD" for what waits; end the Resource of a job\'s task in .sync.',
		severity: "low",
		// Rates come from the models' declarations, which say what is expected and not what is started.
		level: "advisory",
	},
	"spot-with-on-demand-base": {
		title: "GPU capacity is spot over an on-demand base, of at least two instance types",
		because:
			"GPUs on demand alone cost about three times what spot does, and spot of one type with no base leaves nothing when AWS takes it back.",
		howToComply:
			"Give the group a mixedInstancesPolicy with onDemandBaseCapacity of 1 or more, a share of spot and two types; or join an on-demand provider with a base and a spot provider with the weight.",
		severity: "medium",
		// Some GPU work cannot be interrupted: a person decides.
		level: "advisory",
	},
	"monthly-cost-cap": {
		title: "A model costs no more a month than it declares",
		because: "A cap that nobody sums up is noticed on the bill, a month after the capacity was asked for.",
		howToComply:
			"Lower the minimum capacity or the instance size of what carries the model's tag, or raise slo.monthlyCostUsd.",
		severity: "medium",
		// An estimate at list price: discounts, free tiers and storage are not in it.
		level: "advisory",
	},
} as const satisfies Record<string, Clause>;
