/**
 * How the names of labelled cases map to this pack: a neutral name stands for one rule across peers. A name that is a
 * policy or finding of the pack stands for itself, and needs no line. Each family of rules has its own file.
 */
import { CAPACITY_LEFT_OUT, CAPACITY_NEUTRAL } from "./neutral/capacity.ts";
import { CORE_LEFT_OUT, CORE_NEUTRAL } from "./neutral/core.ts";
import { DELIVERY_LEFT_OUT, DELIVERY_NEUTRAL } from "./neutral/delivery.ts";
import { OBSERVABILITY_LEFT_OUT, OBSERVABILITY_NEUTRAL } from "./neutral/observability.ts";
import { PERIMETER_LEFT_OUT, PERIMETER_NEUTRAL } from "./neutral/perimeter.ts";

/** Findings that judge a neutral rule, exactly these. */
export const NEUTRAL_RULES: Readonly<Record<string, readonly string[]>> = {
	...CORE_NEUTRAL,
	...DELIVERY_NEUTRAL,
	...OBSERVABILITY_NEUTRAL,
	...CAPACITY_NEUTRAL,
	...PERIMETER_NEUTRAL,
};

/** Neutral rules that the pack does not have, or decides otherwise on purpose, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
	...CORE_LEFT_OUT,
	...DELIVERY_LEFT_OUT,
	...OBSERVABILITY_LEFT_OUT,
	...CAPACITY_LEFT_OUT,
	...PERIMETER_LEFT_OUT,
};
