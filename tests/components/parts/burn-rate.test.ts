import { expect } from "chai";
import fc from "fast-check";
import { BURN_RATES, badShareQueries, burnThreshold, objectives } from "../../../components/parts/burn-rate.ts";
import { modelWith } from "../../support/components.ts";

const [errors, slow] = objectives(modelWith());
const [fast, steady] = BURN_RATES;
if (!errors || !slow || !fast || !steady) throw new Error("There are two objectives and two burn rates.");

describe("components/parts/burn-rate", () => {
	it("holds a model to its error rate and to 5 % of slow requests", () => {
		expect([errors, slow]).to.deep.equal([
			{ name: "errors", badMetric: "Errors", budget: 0.005 },
			{ name: "slow", badMetric: "Slow", budget: 0.05 },
		]);
	});

	it("looks at an hour and five minutes for a fast burn, at six hours and thirty minutes for a steady one", () => {
		expect(BURN_RATES).to.deep.equal([
			{ name: "fast", factor: 14.4, longSeconds: 3600, shortSeconds: 300 },
			{ name: "steady", factor: 6, longSeconds: 21_600, shortSeconds: 1800 },
		]);
	});

	it("burns at the factor times the budget", () => {
		expect(burnThreshold(errors, fast)).to.be.closeTo(0.072, 1e-12);
		expect(burnThreshold(slow, fast)).to.be.closeTo(0.72, 1e-12);
		expect(burnThreshold(errors, steady)).to.be.closeTo(0.03, 1e-12);
	});

	it("always keeps a threshold that a share can exceed", () => {
		const budget = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true });
		fc.assert(
			fc.property(budget, fc.constantFrom(...BURN_RATES), (share, burn) => {
				expect(burnThreshold({ ...errors, budget: share }, burn))
					.to.be.above(0)
					.and.below(1);
			}),
		);
	});

	it("asks for the share of bad requests in the window, and 0 where fewer than three were bad", () => {
		const metric = (metricName: string) => ({
			namespace: "Triplane",
			metricName,
			dimensions: { model: "tumour-risk" },
			period: 300,
			stat: "Sum",
		});
		expect(badShareQueries("tumour-risk", slow, 300)).to.deep.equal([
			{
				id: "share",
				label: "Slow / Requests",
				expression: "IF(bad >= 3, bad / requests, 0)",
				returnData: true,
			},
			{ id: "bad", returnData: false, metric: metric("Slow") },
			{ id: "requests", returnData: false, metric: metric("Requests") },
		]);
	});
});
