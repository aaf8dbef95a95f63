import { expect } from "chai";
import fc from "fast-check";
import { teamBudgets } from "../../../components/parts/team-budgets.ts";

const model = (team: string, monthlyCostUsd?: number) => ({
	team,
	slo: { p95Ms: 100, errorRate: 0.005, ...(monthlyCostUsd === undefined ? {} : { monthlyCostUsd }) },
});

describe("components/parts/team-budgets", () => {
	it("sums a team's models, and gives a team none of whose models declares a cost no budget", () => {
		const models = [model("zebra", 10), model("alpha", 200), model("none"), model("alpha", 50), model("alpha")];
		expect(teamBudgets(models)).to.deep.equal([
			{ team: "alpha", monthlyUsd: 250 },
			{ team: "zebra", monthlyUsd: 10 },
		]);
	});

	it("budgets every declared dollar once", () => {
		const declared = fc.record({ team: fc.constantFrom("a", "b", "c"), usd: fc.integer({ min: 1, max: 10_000 }) });
		fc.assert(
			fc.property(fc.array(declared), (all) => {
				const budgets = teamBudgets(all.map(({ team, usd }) => model(team, usd)));
				const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
				expect(sum(budgets.map(({ monthlyUsd }) => monthlyUsd))).to.equal(sum(all.map(({ usd }) => usd)));
				expect(new Set(budgets.map(({ team }) => team)).size).to.equal(budgets.length);
			}),
		);
	});
});
