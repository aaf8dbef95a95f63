/** Path by path, as Step Functions would run the definition. */
import { expect } from "chai";
import { LOOKS_MAX } from "../../../charter/delivery.ts";
import { APPROVAL_REFUSED, PIPELINE_ERRORS } from "../../../charter/pipeline.ts";
import {
	askedOf,
	at,
	begins,
	fails,
	judged,
	MODEL,
	ran,
	SAGEMAKER_TRAINING,
	timesIn,
	workflowWith,
} from "../../support/components-pipeline.ts";

describe("components/parts/pipeline-definition, run", function () {
	// One run evaluates thousands of expressions.
	this.timeout(20_000);

	it("trains, evaluates, registers and rolls out a healthy version weight by weight", async () => {
		const ended = await ran();
		expect(ended.path.filter((name) => !/^(Is|By|What|Has)/.test(name))).to.deep.equal([
			"Begin",
			"Train",
			"Evaluate",
			"Register",
			"Open",
			"Deploy",
			...["Wait", "Judge", "Shift"],
			...["Wait", "Judge", "Shift"],
			...["Wait", "Judge", "Shift"],
			"Finalize",
			"End",
			"Outcome",
			"Done",
		]);
		expect(ended.output).to.deep.equal({ model: "tumour-risk", outcome: "PROMOTED", version: 2, rollout: 7 });
		expect(ended.waitedSeconds).to.deep.equal([60, 60, 60]);
	});

	it("tells the functions the model, the run, the version and the rollout", async () => {
		const ended = await ran();
		const ours = { ...MODEL, execution: "arn:execution" };
		const payload = (state: string) => (askedOf(ended, state) as { FunctionName: string; Payload: object }).Payload;
		expect(payload("Begin")).to.deep.equal({ ...ours, action: "begin", input: {} });
		expect(payload("Evaluate")).to.deep.equal({ ...MODEL, run: "run-1" });
		expect(payload("Register")).to.deep.equal({ model: "tumour-risk", run: "run-1" });
		expect(payload("Open")).to.deep.equal({ ...ours, action: "open", version: 2, isTrained: true });
		for (const action of ["deploy", "shift", "finalize"])
			expect(payload(action.charAt(0).toUpperCase() + action.slice(1))).to.deep.equal({ ...ours, action, rollout: 7 });
		expect(payload("Judge")).to.deep.equal({ model: "tumour-risk", rollout: 7 });
		expect(payload("End")).to.deep.equal({ ...ours, action: "end" });
	});

	it("leaves a model's first version as it serves, and rolls nothing out", async () => {
		const ended = await ran({ Register: () => ({ version: 1, champion: true }) });
		expect(ended.output).to.deep.equal({ model: "tumour-risk", outcome: "SERVING", version: 1 });
		expect(ended.path).not.to.include("Open");
	});

	it("ends well where the evaluation refuses a run, without registering it", async () => {
		const ended = await ran({ Evaluate: fails(PIPELINE_ERRORS.refused) });
		expect(ended.output).to.deep.equal({ model: "tumour-risk", outcome: "REFUSED" });
		expect(ended.path).not.to.include("Register");
		expect(timesIn(ended, "End")).to.equal(1);
	});

	it("rolls a registered version out without training", async () => {
		const ended = await ran({ Begin: () => begins({ next: "OPEN", version: 5 }) });
		expect(ended.path).not.to.include("Train");
		expect(ended.output).to.deep.equal({ model: "tumour-risk", outcome: "PROMOTED", version: 5, rollout: 7 });
	});

	it("ends a batch model's rollout where it is opened", async () => {
		const { plan: _, ...model } = MODEL;
		const ended = await ran({ Open: () => at("PROMOTED") }, { model });
		expect(ended.output).to.include({ outcome: "PROMOTED", version: 2 });
		expect(ended.path).not.to.include("Deploy");
	});

	it("fails where it has to train a model that has no training, and gives the lock back", async () => {
		const ended = await ran({}, { train: undefined });
		expect(ended.failed?.Error).to.equal(PIPELINE_ERRORS.request);
		expect(timesIn(ended, "End")).to.equal(1);
	});

	it("fails at once where another execution works on the model, and does not touch its lock", async () => {
		const ended = await ran({ Begin: fails(PIPELINE_ERRORS.busy, "Another execution works on it.") });
		expect(ended.path).to.deep.equal(["Begin", "Failed"]);
		expect(ended.asked).to.have.length(1);
		expect(ended.failed).to.deep.equal({ Error: PIPELINE_ERRORS.busy, Cause: "Another execution works on it." });
	});

	for (const state of ["Begin", "Train", "Collect", "Evaluate", "Register", "Open"])
		it(`gives the lock back and fails where ${state} fails`, async () => {
			const ended = await ran(
				{ [state]: fails("Broken", "why") },
				state === "Collect" ? { train: SAGEMAKER_TRAINING } : {},
			);
			expect(ended.failed).to.deep.equal({ Error: "Broken", Cause: "why" });
			expect(ended.path.slice(-3)).to.deep.equal(["End", "HasFailed", "Failed"]);
			expect(ended.path).not.to.include("Rollback");
		});

	for (const state of ["Ask", "Deploy", "Judge", "Shift", "Finalize"])
		it(`gives the champion its traffic back, and fails, where ${state} fails`, async () => {
			const open = { Open: () => at("AWAITING_APPROVAL") };
			const ended = await ran({ ...(state === "Ask" ? open : {}), [state]: fails("Broken", "why") });
			expect(ended.path.slice(-6)).to.deep.equal([
				"Rollback",
				"IsRollbackDone",
				"ByState",
				"End",
				"HasFailed",
				"Failed",
			]);
			expect(askedOf(ended, "Rollback")).to.have.nested.property("Payload.reason", "the pipeline failed with Broken");
			expect(ended.failed).to.deep.equal({
				Error: "Broken",
				Cause: "The pipeline failed, and the rollout is rolled back. why",
			});
		});

	it("tries a failed step again before it gives up, and a request that is wrong never", async () => {
		const flaky = await ran({
			Judge: (_, call) => (call === 1 ? fails("Lambda.TooManyRequestsException")() : judged("promote")),
		});
		expect(flaky.output).to.include({ outcome: "PROMOTED" });
		const asked = await ran({ Open: fails(PIPELINE_ERRORS.request) });
		expect(asked.asked.filter(({ state }) => state === "Open")).to.have.length(1);
	});

	it("gives the lock back where even the rollback fails, and fails", async () => {
		const ended = await ran({ Deploy: fails("Broken"), Rollback: fails("Worse") });
		expect(ended.failed?.Error).to.equal("Worse");
		expect(timesIn(ended, "End")).to.equal(1);
	});

	it("ends as it was where the lock cannot be given back", async () => {
		const ended = await ran({ End: fails("Broken") });
		expect(ended.output).to.include({ outcome: "PROMOTED" });
	});

	for (const [state, entered] of [
		["AWAITING_APPROVAL", "Ask"],
		["DEPLOYING", "Deploy"],
		["SHADOWING", "Wait"],
		["SHIFTING", "Wait"],
		["FINALIZING", "Finalize"],
		["ROLLING_BACK", "Rollback"],
	] as const)
		it(`goes on with a rollout that a crash has left in ${state}`, async () => {
			const ended = await ran({ Begin: () => begins({ next: "RESUME", rollout: 7, state }) });
			expect(ended.path.slice(0, 4)).to.deep.equal(["Begin", "WhatNext", "ByState", entered]);
			expect(ended.output).to.include({ outcome: state === "ROLLING_BACK" ? "ROLLED_BACK" : "PROMOTED", rollout: 7 });
		});

	it("asks a person first where the settings say so, by a token, and deploys when they agree", async () => {
		const ended = await ran({ Open: () => at("AWAITING_APPROVAL", { isDone: false }) });
		expect(ended.path.slice(-1)).to.deep.equal(["Done"]);
		expect(ended.path.indexOf("Deploy")).to.equal(ended.path.indexOf("Ask") + 1);
		expect(askedOf(ended, "Ask")).to.have.nested.property("Payload.taskToken", "token");
		const ask = workflowWith().States.Ask;
		expect(ask?.Resource).to.equal("arn:aws:states:::lambda:invoke.waitForTaskToken");
		expect(ask?.TimeoutSeconds).to.equal(7 * 24 * 3600);
	});

	it("rolls back, and ends well, where a person refuses or nobody answers, and asks only once", async () => {
		for (const [error, cause, reason] of [
			[APPROVAL_REFUSED, "too risky", "a person refused it: too risky"],
			[APPROVAL_REFUSED, undefined, "a person refused it"],
			["States.Timeout", undefined, "nobody has approved it in time"],
		] as const) {
			const ended = await ran({ Open: () => at("AWAITING_APPROVAL"), Ask: fails(error, cause) });
			expect(ended.output).to.deep.equal({
				model: "tumour-risk",
				outcome: "ROLLED_BACK",
				version: 2,
				rollout: 7,
				reason,
			});
			expect(ended.asked.filter(({ state }) => state === "Ask")).to.have.length(1);
			expect(ended.path).not.to.include("Deploy");
		}
	});

	it("waits while tasks start, a queue empties, or a step says it is through and is not", async () => {
		const ended = await ran({
			Deploy: (_, call) => at(call < 4 ? "DEPLOYING" : "SHIFTING", { isDone: call > 2, intervalSeconds: 15 }),
			Finalize: (_, call) => at(call < 3 ? "FINALIZING" : "PROMOTED", { isDone: call > 2 }),
		});
		expect([timesIn(ended, "DeployPause"), timesIn(ended, "FinalizePause")]).to.deep.equal([3, 2]);
		expect(ended.waitedSeconds.slice(0, 3)).to.deep.equal([15, 15, 15]);
		const back = await ran({
			Judge: () => judged("rollback"),
			Rollback: (_, call) => at(call < 3 ? "ROLLING_BACK" : "ROLLED_BACK", { isDone: call > 2 }),
		});
		expect(timesIn(back, "RollbackPause")).to.equal(2);
	});

	it("looks again while the evidence says nothing, and while it is held", async () => {
		const verdicts = ["continue", "hold", "hold"] as const;
		const ended = await ran({ Judge: (_, call) => judged(verdicts[call - 1] ?? "promote") });
		expect(timesIn(ended, "Judge")).to.equal(6);
		expect(ended.output).to.include({ outcome: "PROMOTED" });
	});

	it("rolls back by a verdict, for its reason, and ends well", async () => {
		const ended = await ran({ Judge: () => judged("rollback", { sentence: "10 % of the answers are errors" }) });
		expect(ended.output).to.deep.equal({
			model: "tumour-risk",
			outcome: "ROLLED_BACK",
			version: 2,
			rollout: 7,
			reason: "10 % of the answers are errors",
		});
	});

	it("ends at once, with the reason, where a training gives a version that was rolled back before", async () => {
		const reason = "It was rolled back before.";
		const ended = await ran({ Open: () => at("ROLLED_BACK", { rollout: 5, reason }) });
		expect(ended.path.slice(ended.path.indexOf("Open")).filter((name) => !/^(By|Has)/.test(name))).to.deep.equal([
			...["Open", "End", "Outcome", "Done"],
		]);
		expect(ended.output).to.include({ outcome: "ROLLED_BACK", version: 2, rollout: 5, reason });
	});

	it("says of a version that whoever started the execution names that nobody has trained it", async () => {
		const ended = await ran({ Begin: () => begins({ next: "OPEN", version: 3 }) }, { input: { version: 3 } });
		const { Payload } = askedOf(ended, "Open") as { Payload: object };
		expect(Payload).to.include({ version: 3, isTrained: false });
	});

	it("follows a rollback by hand, whatever the verdict says", async () => {
		const ended = await ran({ Judge: () => judged("promote", { state: "ROLLING_BACK" }) });
		expect(ended.path).not.to.include("Shift");
		expect(ended.output).to.include({ outcome: "ROLLED_BACK" });
		const done = await ran({ Judge: () => judged("continue", { state: "ROLLED_BACK" }) });
		expect(done.output).to.include({ outcome: "ROLLED_BACK" });
		expect(done.path).not.to.include("Rollback");
	});

	it("hands over to another execution before its history is full", async () => {
		const ended = await ran({ Judge: () => judged("continue") });
		expect(timesIn(ended, "Judge")).to.equal(LOOKS_MAX);
		expect(ended.output).to.include({ outcome: "CONTINUED" });
		expect(timesIn(ended, "End")).to.equal(1);
	});

	it("fails, and gives the lock back, where a rollout is in a state that it does not know", async () => {
		const ended = await ran({ Open: () => at("PONDERING" as never) });
		expect(ended.failed?.Error).to.equal("PipelineStateError");
		expect(timesIn(ended, "End")).to.equal(1);
	});
});
