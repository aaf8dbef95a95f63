/** The metrics of an evaluation: figures worked out by hand, and what holds for any rows. */
import { expect } from "chai";
import fc from "fast-check";
import { isLowerBetter, measure } from "../../../functions/evaluate/metrics.ts";

/** Differences below it have squares that no number can tell from 0. */
const SQUARES_LOST = 1e-150;

describe("Metrics of an evaluation", () => {
	it("of two classes are accuracy, recall of the second one, and the log loss.", () => {
		const probabilities = [
			[0.9, 0.1],
			[0.2, 0.8],
			[0.6, 0.4],
			[0.5, 0.5],
		];
		const answers = { values: [0, 1, 0, 0], probabilities };
		const { accuracy, recall, logLoss } = measure("classification", [0, 1], [0, 1, 1, 0], answers);
		expect({ accuracy, recall }).to.deep.equal({ accuracy: 0.75, recall: 0.5 });
		expect(logLoss).to.be.closeTo(-(Math.log(0.9) + Math.log(0.8) + Math.log(0.4) + Math.log(0.5)) / 4, 1e-12);
	});

	it("of more classes are the mean recall of those that the rows have; of text too.", () => {
		const values = ["a", "b", "b", "c"];
		expect(measure("classification", ["a", "b", "c", "d"], ["a", "a", "b", "c"], { values })).to.deep.equal({
			accuracy: 0.75,
			recall: (0.5 + 1 + 1) / 3,
		});
	});

	it("leave out what the rows do not define.", () => {
		expect(measure("classification", [0, 1], [0, 0], { values: [0, 0] })).to.deep.equal({ accuracy: 1 });
		expect(measure("regression", [], [3, 3], { values: [3, 5] })).to.deep.equal({
			meanAbsoluteError: 1,
			rootMeanSquaredError: Math.SQRT2,
		});
	});

	it("of a regression are those of scikit-learn.", () => {
		// r2_score, mean_absolute_error and root_mean_squared_error of its documentation's example.
		const { r2, meanAbsoluteError, rootMeanSquaredError } = measure("regression", [], [3, -0.5, 2, 7], {
			values: [2.5, 0, 2, 8],
		});
		expect(r2).to.be.closeTo(0.9486081370449679, 1e-12);
		expect(meanAbsoluteError).to.equal(0.5);
		expect(rootMeanSquaredError).to.be.closeTo(0.6123724356957946, 1e-12);
	});

	it("know by their names of which less is better.", () => {
		const lower = ["accuracy", "recall", "r2", "logLoss", "meanAbsoluteError", "rootMeanSquaredError"].filter(
			isLowerBetter,
		);
		expect(lower).to.deep.equal(["logLoss", "meanAbsoluteError", "rootMeanSquaredError"]);
	});

	const row = fc.tuple(
		fc.integer({ min: 0, max: 3 }),
		fc.integer({ min: 0, max: 3 }),
		fc.double({ min: 0, max: 1, noNaN: true }),
	);
	it("lie in their bounds, follow no order of rows, and are best for a model that is always right.", () => {
		fc.assert(
			fc.property(fc.array(row, { minLength: 1 }), fc.boolean(), (rows, backwards) => {
				const of = (all: typeof rows) =>
					measure(
						"classification",
						[0, 1, 2, 3],
						all.map(([target]) => target),
						{
							values: all.map(([, value]) => value),
							probabilities: all.map(([, , share]) => [share, 1 - share, 0, 0]),
						},
					);
				const { accuracy = -1, recall = -1, logLoss = -1 } = of(rows);
				for (const share of [accuracy, recall]) expect(share).to.be.within(0, 1);
				expect(logLoss).to.be.within(0, 23 * Math.LN2 + 1e-9);
				const other = of(backwards ? rows.toReversed() : rows);
				expect(other.accuracy).to.be.closeTo(accuracy, 1e-9);
				expect(other.logLoss).to.be.closeTo(logLoss, 1e-9);
				const right = of(rows.map(([target, , share]) => [target, target, share]));
				expect([right.accuracy, right.recall]).to.deep.equal([1, 1]);
			}),
		);
	});

	it("of a regression are never better than those of exact answers.", () => {
		const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
		fc.assert(
			fc.property(fc.array(fc.tuple(number, number), { minLength: 2 }), (rows) => {
				const targets = rows.map(([target]) => target);
				const found = measure("regression", [], targets, { values: rows.map(([, value]) => value) });
				expect(found.r2 ?? 1).to.be.at.most(1);
				expect(found.meanAbsoluteError).to.be.at.most((found.rootMeanSquaredError ?? 0) * (1 + 1e-9) + SQUARES_LOST);
				const exact = measure("regression", [], targets, { values: targets });
				expect([exact.meanAbsoluteError, exact.rootMeanSquaredError]).to.deep.equal([0, 0]);
			}),
		);
	});
});
