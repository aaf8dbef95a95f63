import { expect } from "chai";
import { TriplaneError } from "../../../charter/errors.ts";
import { inputOf, judgementLine, rolloutLine, wordsOf } from "../../../cli/commands/pipeline-run.ts";
import type { PipelineEnd } from "../../../cli/platform/pipeline.ts";
import { assertTrains } from "../../../cli/platform/reading.ts";
import { UsageError } from "../../../cli/usage.ts";
import { aJudgement, anEvaluation, aRollout, EXECUTION, MODEL } from "../../support/cli-registry.ts";

const end = (change: Partial<PipelineEnd> = {}): PipelineEnd => ({
	execution: EXECUTION,
	status: "SUCCEEDED",
	outcome: "PROMOTED",
	rollout: aRollout(1, { state: "PROMOTED" }),
	judgements: [aJudgement(1, 1), aJudgement(1, 2)],
	seconds: 61.4,
	...change,
});

describe("triplane train and rollout", () => {
	it("names a data set as the pipeline reads it, whole or below the model's prefix", () => {
		const whole = { dataset: "datasets/tumour-risk/2026-11.csv" };
		expect(inputOf(MODEL, { dataset: "2026-11.csv" })).to.deep.equal(whole);
		expect(inputOf(MODEL, whole)).to.deep.equal(whole);
		expect(inputOf(MODEL, {})).to.deep.equal({});
	});

	it("tells a trainer nothing that will not run", () => {
		expect(inputOf(MODEL, { argument: ["--seed", "2"] })).to.deep.equal({ arguments: ["--seed", "2"] });
		expect(inputOf(MODEL, { version: 2 })).to.deep.equal({ version: 2 });
		for (const more of [{ dataset: "2026-11.csv" }, { argument: ["--seed"] }])
			expect(() => inputOf(MODEL, { version: 2, ...more })).to.throw(UsageError, "trains nothing");
	});

	it("starts no training where none is declared, and says what to do instead", () => {
		const pipelines = [
			{ name: "trained", stateMachine: "arn:a", trains: true },
			{ name: "registered", stateMachine: "arn:b", trains: false },
		];
		expect(() => assertTrains({ pipelines }, "trained")).not.to.throw();
		expect(() => assertTrains({ pipelines }, "registered")).to.throw(
			TriplaneError,
			"registered has no `train` in its settings. Declare it and run `pulumi up`, or register a run",
		);
	});

	it("tells what came of a pipeline", () => {
		expect(wordsOf(MODEL, end(), 2, undefined)).to.equal(
			"tumour-risk: v2 promoted over v1 after 2 judgements and 61 s",
		);
		const back = end({ outcome: "ROLLED_BACK", rollout: aRollout(1, { reason: "It fails more." }) });
		expect(wordsOf(MODEL, back, 1, undefined)).to.equal(
			"tumour-risk: v2 rolled back after 2 judgements and 61 s: It fails more.\nv1 serves",
		);
		const { rollout, ...first } = end({ outcome: "SERVING", judgements: [] });
		expect(wordsOf(MODEL, first, 1, undefined)).to.equal("tumour-risk: v1 serves");
		const again = { ...first, outcome: "ROLLED_BACK", reason: "It was rolled back before." };
		expect(wordsOf(MODEL, again, 1, undefined)).to.equal("tumour-risk: v1 serves\nIt was rolled back before.");
	});

	it("shows the table by which a run was refused", () => {
		const { rollout, ...refused } = end({ outcome: "REFUSED", judgements: [] });
		const words = wordsOf(MODEL, refused, 1, anEvaluation("run-1", { isAccepted: false, faults: ["Too bad."] }));
		expect(words).to.match(/^tumour-risk: the run is refused; v1 serves\nEvaluation of run run-1, .*\nToo bad\.\n┌/);
	});

	it("says where to look when it failed", () => {
		const { outcome, rollout, ...failed } = end({ status: "FAILED", error: "PipelineBusyError", cause: "Busy." });
		expect(wordsOf(MODEL, failed, 1, undefined)).to.equal(
			`tumour-risk: the pipeline FAILED: PipelineBusyError: Busy.\n${EXECUTION}`,
		);
	});

	it("tells progress, and who is asked for what", () => {
		expect(judgementLine(aJudgement(1, 1))).to.equal("   25 %  continue  Look 1 of rollout 1.");
		expect(rolloutLine(MODEL, aRollout(1))).to.equal("Rollout 1: v1 → v2 SHIFTING, at 25 %");
		expect(rolloutLine(MODEL, aRollout(1, { state: "AWAITING_APPROVAL", step: -1 }))).to.equal(
			"Rollout 1: v1 → v2 AWAITING_APPROVAL, at 0 %; `triplane approve tumour-risk` lets it go on, with --refuse it ends",
		);
	});
});
