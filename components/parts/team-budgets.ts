/**
 * What each team may spend a month, summed over its models; AWS Budgets watches it by the cost-allocation tag.
 * Pure: nothing is stopped when a budget is spent, people are told.
 */
import type { ModelSettings } from "../../charter/settings.ts";

export interface TeamBudget {
	team: string;
	monthlyUsd: number;
}

/** Teams in alphabetical order; one whose models all declare no `slo.monthlyCostUsd` has none. */
export function teamBudgets(models: readonly Pick<ModelSettings, "team" | "slo">[]): TeamBudget[] {
	const byTeam = new Map<string, number>();
	for (const { team, slo } of models)
		if (slo.monthlyCostUsd !== undefined) byTeam.set(team, (byTeam.get(team) ?? 0) + slo.monthlyCostUsd);
	return [...byTeam].map(([team, monthlyUsd]) => ({ team, monthlyUsd })).sort((a, b) => (a.team < b.team ? -1 : 1));
}
