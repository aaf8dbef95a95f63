/** What ends a rollout at once, each just at its limit and just over it. */
import { expect } from "chai";
import type { Observation, RolloutRecord } from "../../../charter/rollout.ts";
import { judge } from "../../../functions/judge/judge.ts";
import { arm, judgedRollout, MINUTE_MS, rolloutPlan, seenAt, T0 } from "../../support/judge-rollouts.ts";

/** The second of two looks; the first is of nothing unless it is given. */
function second(
	observation: Partial<Observation>,
	first: Partial<Observation> = {},
	change: Partial<RolloutRecord> = {},
) {
	const { evidence } = judge(judgedRollout(change), seenAt(1, first));
	return judge(judgedRollout({ ...change, evidence }), seenAt(2, observation));
}
const clause = (sentence: string): string => sentence.split(". ")[0] ?? "";

describe("functions/judge/guard-rails", () => {
	describe("a burst of failures", () => {
		/** An incident of both, so that the comparison says nothing. */
		const both = (requests: number, errors: number) =>
			second({ champion: arm(4_000, { errors: 2_000 }), canary: arm(requests, { errors: errors }) });

		it("is more than a quarter of twenty requests or more", () => {
			expect(clause(both(20, 6).sentence)).to.equal(
				"Version 4 is rolled back: 6 of its 20 requests since the last look failed, more than 25 %",
			);
			expect(both(20, 6).cause).to.equal("guard-rail");
			for (const [requests, errors] of [
				[20, 5],
				[19, 19],
			] as const)
				expect(both(requests, errors).verdict).to.equal("continue");
		});

		it("is seen over all of a weight's requests where one look has too few", () => {
			const few = { champion: arm(4_000, { errors: 2_000 }), canary: arm(15, { errors: 9 }) };
			const { sentence } = second({ champion: few.champion, canary: arm(30, { errors: 10 }) }, few);
			expect(clause(sentence)).to.equal(
				"Version 4 is rolled back: 10 of its 30 requests at this weight failed, more than 25 %",
			);
		});

		it("is seen after many good requests too", () => {
			const good = { champion: arm(90_000, { errors: 9_000 }), canary: arm(10_000, { errors: 1_000 }) };
			const bad = { champion: arm(91_000, { errors: 9_900 }), canary: arm(10_040, { errors: 1_020 }) };
			expect(clause(second(bad, good).sentence)).to.include("20 of its 40 requests since the last look failed");
		});
	});

	describe("dead letters", () => {
		type Look = readonly [deadLetters: number, ended: number, failed?: number];
		/** Looks minute by minute, each with so many dead letters and jobs that the canary has ended by then. */
		function verdictsOf(...looks: Look[]) {
			let rollout = judgedRollout();
			return looks.map(([deadLetters, ended, errors = 0], i) => {
				const champion = arm(9 * ended, { errors: 9 * errors });
				const judged = judge(rollout, seenAt(i + 1, { deadLetters, champion, canary: arm(ended, { errors }) }));
				rollout = judgedRollout({ evidence: judged.evidence });
				return judged;
			});
		}
		const last = (...looks: Look[]) => verdictsOf(...looks).at(-1);

		it("of more than a quarter of the jobs roll back, those that lay there before not counted", () => {
			expect(clause(last([3, 0], [8, 19], [8, 19])?.sentence ?? "")).to.equal(
				"Version 4 is rolled back: 5 jobs at this weight became dead letters, more than 25 % of 19 that have ended",
			);
			expect(last([3, 0], [7, 0], [7, 0])?.verdict).to.equal("continue");
			expect(last([3, 0], [8, 20], [8, 20])?.verdict).to.equal("continue");
			expect(last([9, 0], [2, 0], [9, 0], [9, 0])?.verdict).to.equal("continue");
			expect(last([9, 0])?.verdict).to.equal("continue");
		});

		it("that tasks die of without ever ending a job roll back", () => {
			expect(last([0, 0], [5, 0], [5, 0])?.cause).to.equal("guard-rail");
		});

		it("of a healthy version, one for each job that fails, are none of its own, though queues are known before counts", () => {
			const verdicts = verdictsOf([0, 0], [6, 0], [12, 6_000, 6], [18, 12_000, 12]).map(({ verdict }) => verdict);
			expect(verdicts).not.to.include("rollback");
		});
	});

	describe("a burn-rate alarm", () => {
		const burning = ["tumour-risk-burn"];

		it("that goes off rolls back as long as nothing clears the canary", () => {
			expect(clause(second({ burning }).sentence)).to.equal(
				"Version 4 is rolled back: the burn-rate alarm tumour-risk-burn went off, and nothing says that it is not the new version's",
			);
			const worse = { champion: arm(1_080, { errors: 4 }), canary: arm(120, { errors: 2 }) };
			expect(second({ burning, ...worse }).verdict).to.equal("rollback");
		});

		it("of an incident that the champion has as much of holds the rollout where it is", () => {
			const both = { champion: arm(1_080, { errors: 200 }), canary: arm(120, { errors: 20 }) };
			const { verdict, sentence } = second({ burning, ...both });
			expect(verdict).to.equal("continue");
			expect(sentence).to.include("waits for the alarm tumour-risk-burn to end");
		});

		it("that was on before the first look does not blame the canary, and nothing is promoted meanwhile", () => {
			const good = { champion: arm(21_600), canary: arm(2_400) };
			expect(second({ burning, ...good }, { burning }).verdict).to.equal("continue");
			expect(second({ burning: [], ...good }, { burning }).verdict).to.equal("promote");
		});

		it("that ends and goes off again has gone off", () => {
			const { evidence } = second({ burning: [] }, { burning });
			expect(judge(judgedRollout({ evidence }), seenAt(3, { burning })).verdict).to.equal("rollback");
		});

		it("is the canary's where all of the traffic is", () => {
			const atAll = { step: 3, sinceMs: T0 + MINUTE_MS };
			const healthy = { champion: arm(54_000, { errors: 54 }), canary: arm(18_000, { errors: 18 }) };
			const { evidence } = judge(judgedRollout({ step: 2 }), seenAt(1, healthy));
			const next = { ...healthy, canary: arm(19_200, { errors: 118 }), burning };
			expect(judge(judgedRollout({ ...atAll, evidence }), seenAt(2, next)).verdict).to.equal("rollback");
		});
	});

	describe("cost", () => {
		const at = (requests: number, canaryUsd: number, change: Partial<RolloutRecord> = {}) =>
			second({ champion: arm(2_000, { costUsd: 0.2 }), canary: arm(requests, { costUsd: canaryUsd }) }, {}, change);

		it("above twice the champion's for 1,000 requests rolls back, once there are enough of them", () => {
			expect(clause(at(200, 0.0402).sentence)).to.equal(
				"Version 4 is rolled back: 1,000 requests cost $0.201, more than 2 times the $0.1 of version 3",
			);
			expect(at(200, 0.04).verdict).to.equal("continue");
			expect(at(199, 0.05).verdict).to.equal("continue");
		});

		it("is compared by the plan's own factor", () => {
			const plan = rolloutPlan({ bounds: { ...rolloutPlan().bounds, costFactor: 3 } });
			expect(at(200, 0.05, { plan }).verdict).to.equal("continue");
			expect(at(200, 0.061, { plan }).verdict).to.equal("rollback");
		});

		it("says nothing where nobody can tell what the champion costs", () => {
			expect(second({ champion: arm(2_000), canary: arm(200, { costUsd: 9 }) }).verdict).to.equal("continue");
		});
	});
});
