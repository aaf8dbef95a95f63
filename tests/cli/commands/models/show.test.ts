import { expect } from "chai";
import { historyOf } from "../../../../cli/commands/models/history.ts";
import { evaluationLines, wordsOf } from "../../../../cli/commands/models/show.ts";
import {
	aJudgement,
	anAlias,
	anEvaluation,
	aRollout,
	aRoute,
	aVersion,
	MODEL,
	registryWith,
} from "../../../support/cli-registry.ts";

const COLUMNS = 100;
const ended = { state: "ROLLED_BACK", endedAtMs: Date.UTC(2026, 10, 24, 12, 5), reason: "It failed." } as const;
const whole = () =>
	registryWith(
		...[aRoute(), anAlias("champion", 1), aVersion(1), aVersion(2, { run: "run-1", parent: 1 })],
		...[anEvaluation("run-1"), aRollout(1, ended), aRollout(2, { to: 3 })],
		...[aJudgement(1, 1), aJudgement(1, 2, { verdict: "rollback", sentence: "It failed." })],
	).registry;

describe("triplane models show", () => {
	it("tells versions, evaluations, rollouts, and every judgement's sentence", async () => {
		const lines = wordsOf(await historyOf(whole(), MODEL)).split("\n");
		expect(lines[0]).to.equal("tumour-risk: v1 100 % (champion v1)");
		expect(lines).to.include.members([
			"Evaluation of run run-1, beside v1: accepted",
			"Rollout 1: v1 → v2 ROLLED_BACK, 2026-11-24 12:00:00 to 2026-11-24 12:05:00",
			"  12:01:00  25 % continue Look 1 of rollout 1.",
			"  12:02:00  25 % rollback It failed.",
			"Rollout 2: v1 → v3 SHIFTING, at 25 %, 2026-11-24 12:00:00",
		]);
		const table = lines.filter((line) => /^[┌├│└]/.test(line));
		expect(Math.max(...table.map((line) => line.length))).to.be.at.most(COLUMNS);
	});

	it("shows one version whole, and only the rollouts to it", async () => {
		const words = wordsOf(await historyOf(whole(), MODEL, 2), 2);
		expect(words).to.contain(
			"Version 2\n  registered     2026-11-24 12:00:00, when v1 was the champion\n  run            run-1",
		);
		expect(words).to.contain("\n  inputs         features FP32 [-1, 30]\n  outputs        label INT64 [-1]\n");
		expect(words)
			.to.contain("\n  framework      scikit-learn 1.7\n")
			.and.to.contain("Rollout 1:")
			.and.not.contain("Rollout 2:");
	});

	it("folds what is long, and says why a rollout ended that no judgement ended", async () => {
		const sentence = Array(30).fill("words").join(" ");
		const { registry } = registryWith(
			aRoute(),
			aRollout(1, { ...ended, reason: "By hand." }),
			aJudgement(1, 1, { sentence }),
		);
		const [, ...lines] = wordsOf(await historyOf(registry, MODEL))
			.split("\n")
			.slice(2);
		expect(lines[1]).to.equal("  By hand.");
		expect(Math.max(...lines.map((line) => line.length))).to.be.within(90, COLUMNS);
		expect(lines.slice(2).join("").replaceAll(/\s+/g, " ")).to.contain(sentence.slice(0, 60));
		expect(lines.slice(2).join(" ").match(/words/g)).to.have.length(30);
	});

	it("says how a model without versions gets one", async () => {
		expect(wordsOf(await historyOf(registryWith().registry, MODEL))).to.equal(
			"tumour-risk: –\nNo version is registered. `triplane train tumour-risk` makes one, `triplane register` takes one.",
		);
	});

	it("says why a run was refused", () => {
		const [line] = anEvaluation("run-1").lines;
		const refused = anEvaluation("run-1", {
			isAccepted: false,
			faults: ["The held-out rows are not those of the manifest."],
			lines: line ? [{ ...line, value: 0.9, isMet: false, why: "0.9 is below its floor of 0.92" }] : [],
		});
		const words = evaluationLines(refused).join("\n");
		expect(words).to.match(/^Evaluation of run run-1, beside v1: refused\nThe held-out rows are not those/);
		expect(words).to.contain("│ all   │ 114  │ accuracy │ 0.9000 │ 0.9650   │ 0.9200 │ 0.9 is below its floor of 0.92");
	});
});
