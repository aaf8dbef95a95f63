/** What a cost is: known, not known yet, or without a price. Estimating is for the files beside this one. */
import type { ModelDeclaration } from "../config.ts";
import type { Fact } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";

/** A price that no table has; of a kind with what is not known yet, but no update tells it. */
export interface Unpriced {
	state: "unpriced";
	property: string;
	/** What has no price: `u7i-6tb.112xlarge`. */
	what: string;
}

/** In USD a month, with the arithmetic in words. */
export type Cost = Fact<{ usd: number; words: string }> | Unpriced;

/** What estimates the cost of a type; absent where it costs nothing by itself. */
export type Estimate = (stack: StackGraph, node: ResourceNode, model: ModelDeclaration) => Cost;

export const unpriced = (property: string, what: string): Unpriced => ({ state: "unpriced", property, what });
