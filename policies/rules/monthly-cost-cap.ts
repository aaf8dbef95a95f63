/**
 * A model costs no more a month than it declares: its tagged resources' capacity at the minimum, plus its declared traffic,
 * at list price. What has no price is said, never guessed. What all models share is in nobody's sum.
 */
import type { ModelDeclaration } from "../config.ts";
import { absent, ifKnown, type Unknown } from "../facts/fact.ts";
import type { Unpriced } from "../graph/cost.ts";
import { COSTED_TYPES, monthlyCostOf, payerOf } from "../graph/costs.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { cannotTell, fail, pass, type Rule, type Verdict } from "../rule.ts";

const TERMS_SHOWN_MAX = 5;

export const monthlyCostCap: Rule = {
	name: "monthly-cost-cap",
	findings: [],
	*check({ stack, config: { models } }) {
		const capped = models.filter(({ slo }) => slo?.monthlyCostUsd !== undefined);
		if (capped.length === 0) return;
		const nodes = stack.ofType(...COSTED_TYPES);
		const payers = new Map(nodes.map((node) => [node, payerOf(stack, node)]));
		const byModel = Map.groupBy(nodes, (node) => ifKnown(payers.get(node) ?? absent));
		for (const model of capped) yield verdictOn(model, estimate(stack, byModel.get(model.name) ?? [], model));
		for (const [node, payer] of payers)
			if (payer.state === "unknown") yield cannotTell(node, payer, "which model pays for it");
	},
};

interface Estimation {
	terms: readonly { node: ResourceNode; usd: number; words: string }[];
	totalUsd: number;
	/** What could not be priced. */
	open: readonly { node: ResourceNode; cost: Unknown | Unpriced }[];
}

function estimate(stack: StackGraph, nodes: readonly ResourceNode[], model: ModelDeclaration): Estimation {
	const costs = nodes.map((node) => ({ node, cost: monthlyCostOf(stack, node, model) }));
	const terms = costs.flatMap(({ node, cost }) => (cost.state === "known" ? [{ node, ...cost.value }] : []));
	return {
		terms: terms.toSorted((a, b) => b.usd - a.usd),
		totalUsd: terms.reduce((sum, { usd }) => sum + usd, 0),
		open: costs.flatMap(({ node, cost }) =>
			cost.state === "unknown" || cost.state === "unpriced" ? [{ node, cost }] : [],
		),
	};
}

function verdictOn({ name, slo }: ModelDeclaration, { terms, totalUsd, open }: Estimation): Verdict {
	const capUsd = slo?.monthlyCostUsd ?? 0;
	const [largest] = terms;
	if (largest && totalUsd > capUsd)
		return fail(largest.node, {
			what: `is the largest part of the ${usd(totalUsd)} a month that model "${name}" costs at list price, over its cap of ${usd(capUsd)}: ${inWords(terms)}`,
			fix: "Lower the minimum or the size of the largest part, or raise slo.monthlyCostUsd to what the model is worth.",
		});
	const [first] = open;
	if (!first) return pass(undefined);
	const what = `whether model "${name}" stays under its cap of ${usd(capUsd)} a month (${usd(totalUsd)} without this)`;
	const { node, cost } = first;
	if (cost.state === "unknown") return cannotTell(node, cost, what);
	const reason = `is ${cost.what}, for which charter/prices has no price`;
	return cannotTell(node, { property: cost.property, reason }, what);
}

const usd = (amount: number): string => `$${amount.toLocaleString("en-US", { maximumFractionDigits: 0 })}`;

function inWords(terms: Estimation["terms"]): string {
	const shown = terms
		.slice(0, TERMS_SHOWN_MAX)
		.map(({ node, usd: each, words }) => `${node.label} ${usd(each)} (${words})`);
	const rest = terms.length - shown.length;
	return [...shown, ...(rest > 0 ? [`${rest} smaller`] : [])].join(" + ");
}
