/** Verdicts on rollouts as they stand, with the sentences that people read. */
import { expect } from "chai";
import type { Observation, RolloutRecord } from "../../../charter/rollout.ts";
import { judge } from "../../../functions/judge/judge.ts";
import { arm, judgedRollout, MINUTE_MS, pairs, rolloutPlan, seenAt, T0 } from "../../support/judge-rollouts.ts";

/** Looks one after the other, each promotion taken. */
function looks(rollout: RolloutRecord, ...observations: readonly Observation[]) {
	let record = rollout;
	return observations.map((observation) => {
		const judgement = judge(record, observation);
		const isPromoted = judgement.verdict === "promote";
		record = {
			...record,
			evidence: judgement.evidence,
			...(isPromoted && { step: record.step + 1, sinceMs: observation.atMs }),
			...(judgement.verdict === "hold" && { heldSinceMs: record.heldSinceMs ?? observation.atMs }),
		};
		return judgement;
	});
}

const verdicts = (rollout: RolloutRecord, ...observations: readonly Observation[]) =>
	looks(rollout, ...observations).map(({ verdict }) => verdict);

/** As many healthy requests as 20 rps and a weight bring in so many minutes. */
const healthy = (minutes: number, weight = 10): Pick<Observation, "champion" | "canary"> => {
	const all = 1_200 * minutes;
	const counts = (requests: number) => arm(requests, { slow: Math.round(requests / 100) });
	return { champion: counts(all * (1 - weight / 100)), canary: counts((all * weight) / 100) };
};
const shadow = (change: Partial<RolloutRecord> = {}) =>
	judgedRollout({ state: "SHADOWING", step: -1, plan: rolloutPlan({ mirrorPct: 10 }), ...change });

describe("functions/judge/judge", () => {
	it("waits for a step's interval, whatever has come", () => {
		const { verdict, sentence } = judge(judgedRollout(), seenAt(0.5, healthy(9)));
		expect(verdict).to.equal("continue");
		expect(sentence).to.equal(
			"Version 4 stays at 10 % and waits for the end of its interval in 30 s. So far: errors 0 of 1,080 (0 %), of version 3 0 of 9,720 (0 %); slow answers 11 of 1,080 (1.02 %), of version 3 97 of 9,720 (0.998 %).",
		);
	});

	it("goes on with a little evidence below a quarter of the traffic, and above only with all of it", () => {
		const minutes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
		const seen = minutes.map((minute) => seenAt(minute, healthy(minute)));
		const [first, second] = looks(judgedRollout(), ...seen.slice(0, 2));
		expect([first?.verdict, second?.verdict]).to.deep.equal(["continue", "continue"]);
		expect(second?.sentence).to.match(
			/^Version 4 stays at 10 % and waits for evidence that it has fewer errors than 0\.5 % \(2\.6 : 1 of 5 : 1\)\. /,
		);
		expect(verdicts(judgedRollout(), ...seen)).to.deep.equal([
			...["continue", "continue", "continue", "promote"],
			...["continue", "continue", "continue", "continue", "continue", "promote"],
		]);
	});

	it("says of a promotion where it goes", () => {
		const at = (step: number) => judge(judgedRollout({ step }), seenAt(1, healthy(20))).sentence.split(". ")[0];
		expect([0, 1, 2, 3].map(at)).to.deep.equal([
			"Version 4 goes on from 10 % to 25 %",
			"Version 4 goes on from 25 % to 50 %",
			"Version 4 goes on from 50 % to 100 %",
			"Version 4 has kept its bounds and becomes the champion",
		]);
	});

	it("rolls ten times the errors back, and says by which figures", () => {
		const { verdict, cause, sentence } = judge(
			judgedRollout(),
			seenAt(4, { champion: arm(4_320, { errors: 4 }), canary: arm(480, { errors: 6 }) }),
		);
		expect([verdict, cause]).to.deep.equal(["rollback", "worse"]);
		expect(sentence).to.equal(
			"Version 4 is rolled back: it has more errors than version 3, for which the evidence is 1,204 : 1, and 123 : 1 is enough. So far: errors 6 of 480 (1.25 %), of version 3 4 of 4,320 (0.0926 %); slow answers 0 of 480 (0 %), of version 3 0 of 4,320 (0 %).",
		);
	});

	it("rolls slow answers and bad outcomes back too, these only by comparison", () => {
		const slow = seenAt(1, { champion: arm(1_080, { slow: 11 }), canary: arm(120, { slow: 14 }) });
		expect(judge(judgedRollout(), slow).sentence).to.match(
			/^Version 4 is rolled back: it has more than 1\.25 times as many slow answers as version 3, /,
		);
		const outcomes = (bad: number) =>
			seenAt(1, {
				champion: arm(1_080, { outcomes: 500, badOutcomes: bad }),
				canary: arm(120, { outcomes: 60, badOutcomes: 30 }),
			});
		const judging = judgedRollout({ plan: rolloutPlan({ outcomes: true }) });
		expect(judge(judging, outcomes(50)).sentence).to.match(
			/^Version 4 is rolled back: it has more bad outcomes than version 3, /,
		);
		expect(judge(judging, outcomes(250)).verdict).to.equal("continue");
	});

	it("shows what callers send back of how it went, and goes by it only where the settings say so", () => {
		const { champion, canary } = healthy(20);
		const bad = seenAt(20, {
			champion: { ...champion, outcomes: 500 },
			canary: { ...canary, outcomes: 60, badOutcomes: 60 },
		});
		const { verdict, sentence, values, evidence } = judge(judgedRollout(), bad);
		expect(verdict).to.equal("promote");
		expect(sentence).to.match(/; bad outcomes 60 of 60 \(100 %\), of version 3 0 of 500 \(0 %\)\.$/);
		const names = [...Object.keys(values), ...Object.keys(evidence.logs)];
		expect(names.filter((name) => name.startsWith("outcomes"))).to.deep.equal([]);
		expect(judge(judgedRollout({ plan: rolloutPlan({ outcomes: true }) }), bad).cause).to.equal("worse");
	});

	it("neither goes on nor back where the evidence just tips towards worse", () => {
		const { verdict, sentence } = judge(
			judgedRollout(),
			seenAt(9, { champion: arm(9_720, { errors: 2 }), canary: arm(1_080, { errors: 1 }) }),
		);
		expect(verdict).to.equal("continue");
		expect(sentence).to.match(
			/waits for the evidence no longer to tip towards it has more errors than version 3 \(1\.\d+ : 1\)/,
		);
	});

	it("does not blame a canary for an incident of both", () => {
		const incident = { champion: arm(1_080, { errors: 200, slow: 300 }), canary: arm(120, { errors: 22, slow: 33 }) };
		expect(judge(judgedRollout(), seenAt(1, incident)).verdict).to.equal("continue");
	});

	it("sees what goes wrong only at a higher weight, long after a good beginning", () => {
		const rollout = judgedRollout({ step: 2, sinceMs: T0 + 60 * MINUTE_MS });
		const before = seenAt(60, {
			champion: arm(54_000, { errors: 54 }),
			canary: arm(18_000, { errors: 18 }),
		});
		const { evidence } = judge({ ...rollout, step: 1, sinceMs: T0 }, before);
		const { champion, canary } = before;
		const after = seenAt(61, {
			champion: { ...champion, requests: champion.requests + 600 },
			canary: { ...canary, requests: canary.requests + 600, errors: canary.errors + 18 },
		});
		const { verdict, sentence, values } = judge({ ...rollout, evidence }, after);
		expect(verdict).to.equal("rollback");
		expect(values["errors/worse"]?.value).to.be.lessThan(values["errors/worse/step"]?.value ?? 0);
		expect(sentence).to.match(/it has more errors than version 3 at this weight, /);
	});

	describe("at 100 %, where no champion answers", () => {
		const before = seenAt(20, { champion: arm(108_000, { errors: 108 }), canary: arm(36_000, { errors: 36 }) });
		const { evidence } = judge(judgedRollout({ step: 2 }), before);
		const alone = judgedRollout({ step: 3, sinceMs: before.atMs, evidence });
		/** A minute of 20 rps. */
		const lastMinute = (bad: number, slow = 12) => {
			const { champion, canary } = before;
			return seenAt(21, {
				champion,
				canary: { ...canary, requests: canary.requests + 1_200, errors: canary.errors + bad, slow: canary.slow + slow },
			});
		};

		it("rolls a version back that breaches its SLO there, long after a good beginning", () => {
			const { verdict, cause, sentence, values } = judge(alone, lastMinute(24));
			expect([verdict, cause]).to.deep.equal(["rollback", "worse"]);
			expect(sentence).to.match(
				/^Version 4 is rolled back: it has more errors than the 0\.5 % that are allowed, at 100 %, for which the evidence is .* : 1, and 3,333 : 1 is enough\. /,
			);
			expect(Object.keys(values).filter((name) => name.endsWith("/over") || name.endsWith("/step"))).to.deep.equal([
				"errors/over",
				"slow/over",
			]);
			expect(judge(alone, lastMinute(0, 180)).sentence).to.match(
				/^Version 4 is rolled back: it has more slow answers than the 5 % that are allowed, at 100 %, .*75,000 : 1 is enough\. /,
			);
		});

		it("stays there as long as the evidence only tips towards a breach, and ends where there is none", () => {
			const { verdict, sentence } = judge(alone, lastMinute(15));
			expect(verdict).to.equal("continue");
			expect(sentence).to.match(
				/waits for the evidence no longer to tip towards it has more errors than the 0\.5 % that are allowed, at 100 % \(\d/,
			);
			expect(judge(alone, lastMinute(2)).verdict).to.equal("promote");
		});

		it("asks nothing of the bounds' breach below", () => {
			const { values } = judge({ ...alone, step: 2 }, lastMinute(24));
			expect(Object.keys(values).filter((name) => name.endsWith("/over"))).to.deep.equal([]);
		});

		it("blames the version for an alarm, as nobody else answers", () => {
			const judgement = judge(alone, { ...lastMinute(2), burning: ["tumour-risk-burn"] });
			expect([judgement.verdict, judgement.cause]).to.deep.equal(["rollback", "guard-rail"]);
		});
	});

	it("asks for a canary's own requests at each weight", () => {
		const seen = seenAt(1, healthy(100));
		const { evidence } = judge(judgedRollout(), seen);
		const next = judgedRollout({ step: 2, sinceMs: seen.atMs, evidence });
		expect(judge(next, { ...seen, atMs: T0 + 2 * MINUTE_MS }).sentence).to.match(
			/^Version 4 stays at 50 % and waits for 20 requests at this weight, after 0\. /,
		);
	});

	it("holds at the deadline, goes on being judged, and is rolled back after as long again", () => {
		const rollout = judgedRollout();
		const deadlineMinute = (rollout.deadlineAtMs - T0) / MINUTE_MS;
		const nothing = { champion: arm(0), canary: arm(0) };
		const at = [deadlineMinute - 1, deadlineMinute, deadlineMinute + 1, 2 * deadlineMinute - 1, 2 * deadlineMinute];
		const judgements = looks(rollout, ...at.map((minute) => seenAt(minute, nothing)));
		expect(judgements.map(({ verdict }) => verdict)).to.deep.equal(["continue", "hold", "hold", "hold", "rollback"]);
		expect(judgements[1]?.sentence).to.match(/^Version 4 is past its deadline, stays at 10 % and waits for evidence /);
		expect(judgements[4]?.cause).to.equal("held");
		expect(verdicts(rollout, seenAt(deadlineMinute, nothing), seenAt(deadlineMinute + 1, healthy(10)))).to.deep.equal([
			"hold",
			"promote",
		]);
	});

	it("does not hold what only waits for its interval", () => {
		const rollout = judgedRollout({ step: 2 });
		const late = { ...rollout, sinceMs: rollout.deadlineAtMs };
		expect(judge(late, { ...seenAt(0, healthy(20)), atMs: rollout.deadlineAtMs + 1_000 }).verdict).to.equal("continue");
	});

	describe("in the shadow", () => {
		const seen = (paired: Observation["paired"]) => seenAt(1, { paired });

		it("promotes by the rows that both versions have answered, slice by slice", () => {
			expect(judge(shadow(), seen({ benign: pairs(200, 1), malignant: pairs(180, 1) })).sentence).to.equal(
				"Version 4 agrees with the champion well enough in the shadow, and gets 10 % of the traffic. Rows that differ: benign 1 of 200 (0.5 %), malignant 1 of 180 (0.556 %).",
			);
			const { verdict, sentence } = judge(shadow(), seen({ benign: pairs(200, 1), malignant: pairs(50, 0) }));
			expect(verdict).to.equal("continue");
			expect(sentence).to.match(
				/waits for evidence that it differs from version 3 on less than 5 % of the rows of the slice "malignant" \(/,
			);
		});

		it("is not held up by a slice that hardly any rows are of, but ended by it", () => {
			expect(judge(shadow(), seen({ benign: pairs(400, 1), rare: pairs(8, 0) })).verdict).to.equal("promote");
			expect(judge(shadow(), seen({ benign: pairs(400, 1), rare: pairs(8, 8) })).sentence).to.match(
				/^Version 4 is rolled back: it differs from version 3 on more than 5 % of the rows of the slice "rare", /,
			);
		});

		it("counts what the shadow fails on as a share of all it was asked", () => {
			expect(judge(shadow(), seen({ all: pairs(400, 1), failed: pairs(2, 2) })).verdict).to.equal("promote");
			expect(judge(shadow(), seen({ all: pairs(40, 0), failed: pairs(20, 20) })).sentence).to.match(
				/^Version 4 is rolled back: it fails on more than 5 % of the rows, /,
			);
		});

		it("judges as many slices as α is set aside for, those that it has begun with among them", () => {
			const names = Array.from({ length: 20 }, (_, i) => `s${String(i).padStart(2, "0")}`);
			const some = (of: readonly string[]) => Object.fromEntries(of.map((name) => [name, pairs(5, 0)]));
			const { evidence, values } = judge(shadow(), seen({ z: pairs(5, 0), all: pairs(5, 0) }));
			expect(Object.keys(values).filter((name) => name.includes("/good/"))).to.deep.equal(
				["failed", "all", "z"].map((slice) => `disagreement/good/${slice}`),
			);
			const next = judge(shadow({ evidence }), {
				...seen({ ...some(names), z: pairs(9, 0) }),
				atMs: T0 + 2 * MINUTE_MS,
			});
			const judged = Object.keys(next.values).filter((name) => name.includes("/worse/"));
			expect(judged.length).to.equal(18);
			expect(judged).to.include.members(["failed", "all", "z"].map((slice) => `disagreement/worse/${slice}`));
			expect(next.values["disagreement/worse/z"]?.threshold).to.be.closeTo(18 / 0.0004, 1e-6);
		});

		it("waits where nothing was compared", () => {
			expect(judge(shadow(), seen({})).sentence).to.match(
				/^Version 4 answers in the shadow and waits for .*rows that both versions have answered.* No rows were compared yet\.$/,
			);
		});

		it("does not count towards the canary what the champion answered alone", () => {
			const champion = arm(50_000, { errors: 0 });
			const { evidence } = judge(shadow(), seenAt(30, { champion, paired: { all: pairs(400, 1) } }));
			const first = judgedRollout({ sinceMs: T0 + 30 * MINUTE_MS, evidence });
			const both = { champion: arm(51_080, { errors: 1 }), canary: arm(120, { errors: 1 }) };
			expect(judge(first, seenAt(31, both)).values["errors/worse"]?.value).to.be.lessThan(3);
		});
	});
});
