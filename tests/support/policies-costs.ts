/** What a resource of a test's stack costs a model a month. The model declares ten requests a second of half a second. */
import { expect } from "chai";
import type { ModelDeclaration } from "../../policies/config.ts";
import { monthlyCostOf } from "../../policies/graph/costs.ts";
import { graphOf, nodeOf } from "./policies-graph.ts";
import type { ResourceSpec, Run } from "./policies-stack.ts";

export const HOURS = 730;
/** Requests that the model declares for a month. */
export const REQUESTS = 10 * HOURS * 3600;

/** The cost of the first resource. */
export function costOf(specs: readonly ResourceSpec[], change: Partial<ModelDeclaration> = {}, run: Run = "raw") {
	const stack = graphOf(specs, run);
	const model: ModelDeclaration = {
		name: "digit-reader",
		serve: "realtime",
		slo: { p95Ms: 500 },
		traffic: { rps: 10 },
		...change,
	};
	return monthlyCostOf(stack, nodeOf(stack, specs[0]?.name ?? ""), model);
}

/** Expects a cost in USD a month, and its arithmetic in words. */
export function expectCost(specs: readonly ResourceSpec[], usd: number, words: string, change = {}): void {
	const cost = costOf(specs, change);
	if (cost.state !== "known") throw new Error(`It has no cost: ${JSON.stringify(cost)}.`);
	expect(cost.value.usd).to.be.closeTo(usd, 1e-6);
	expect(cost.value.words).to.equal(words);
}
