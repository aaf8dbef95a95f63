/**
 * The charter's clauses: for each policy its title, why it stands, how to comply, and how much it weighs. Words and
 * levels only; what exactly a clause means is the rule of the same name.
 */
import { CAPACITY_CLAUSES } from "./clauses/capacity.ts";
import type { Clause } from "./clauses/clause.ts";
import { CONFIG_CLAUSES } from "./clauses/config.ts";
import { CORE_CLAUSES } from "./clauses/core.ts";
import { DELIVERY_CLAUSES } from "./clauses/delivery.ts";
import { OBSERVABILITY_CLAUSES } from "./clauses/observability.ts";
import { PERIMETER_CLAUSES } from "./clauses/perimeter.ts";

/** Clauses by the name of their policy. Each family has a file in `clauses/`. */
export const CLAUSES = {
	...CONFIG_CLAUSES,
	...CORE_CLAUSES,
	...DELIVERY_CLAUSES,
	...OBSERVABILITY_CLAUSES,
	...CAPACITY_CLAUSES,
	...PERIMETER_CLAUSES,
} as const satisfies Record<string, Clause>;
