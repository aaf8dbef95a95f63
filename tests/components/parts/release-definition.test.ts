/** The workflow of new code, path by path. */
import { expect } from "chai";
import { releaseDefinition } from "../../../components/parts/release-definition.ts";
import { faultsOf } from "../../support/asl.ts";
import { askedOf, fails, timesIn } from "../../support/components-pipeline.ts";
import { type Ended, type JsonataWorkflow, run } from "../../support/workflow-run.ts";

const definition = () => releaseDefinition({ partition: "aws", releaseFunction: "arn:release", timeoutSeconds: 5 });
const workflow = (): JsonataWorkflow => JSON.parse(JSON.stringify(definition()));
const INPUT = {
	function: "predict",
	version: "2",
	burnAlarms: ["fast-burn"],
	probe: { httpMethod: "GET" },
	weights: [10, 50, 100],
	intervalSeconds: 300,
};
type Answers = Record<string, (given: unknown, call: number) => unknown>;

const HEALTHY: Answers = {
	Begin: () => ({ next: "RELEASE", from: "1" }),
	Probe: () => ({ statusCode: 200 }),
	ProbeLive: () => ({ statusCode: 200 }),
	Shift: (_, call) => ({ state: "SHIFTED", from: "1", sinceMs: call }),
	Judge: () => ({ verdict: "CONTINUE", reason: "fine" }),
	Finish: () => ({ outcome: "FINISHED" }),
	Back: () => ({ outcome: "ROLLED_BACK" }),
};

function ran(answers: Answers = {}): Promise<Ended> {
	const calls = new Map<string, number>();
	return run(workflow(), INPUT, (state, given) => {
		const call = (calls.get(state) ?? 0) + 1;
		calls.set(state, call);
		return { Payload: (answers[state] ?? HEALTHY[state])?.(given, call) };
	});
}
const ends = (outcome: string, reason?: string) => ({
	function: "predict",
	version: "2",
	outcome,
	...(reason === undefined ? {} : { reason }),
});
const payloads = ({ asked }: Ended, state: string) =>
	asked.flatMap((each) => (each.state === state ? [Reflect.get(Object(each.given), "Payload")] : []));

describe("components/parts/release-definition", function () {
	this.timeout(20_000);

	it("is valid in the language", () => {
		expect(faultsOf(definition())).to.deep.equal([]);
	});

	it("guards every task by a timeout, retries and a catcher of everything", () => {
		for (const [name, { Type, TimeoutSeconds = 0, Retry = [], Catch = [] }] of Object.entries(workflow().States)) {
			if (Type !== "Task") continue;
			expect(TimeoutSeconds, name).to.be.greaterThan(0);
			expect(
				Retry.some(({ MaxAttempts = 0 }) => MaxAttempts > 0),
				name,
			).to.equal(true);
			expect(Catch.at(-1)?.ErrorEquals, name).to.deep.equal(["States.ALL"]);
		}
	});

	it("lets a healthy version in, weight by weight", async () => {
		const ended = await ran();
		expect(ended.output).to.deep.equal(ends("FINISHED", "fine"));
		const whose = { function: "predict", version: "2" };
		expect(payloads(ended, "Shift")).to.deep.equal(
			INPUT.weights.map((weight, step) => ({ action: "shift", ...whose, from: "1", step, weight })),
		);
		expect(payloads(ended, "Judge")).to.deep.equal(
			[1, 2, 3].map((sinceMs) => ({ action: "judge", ...whose, burnAlarms: ["fast-burn"], sinceMs })),
		);
		expect(payloads(ended, "Finish")).to.deep.equal([{ action: "finish", ...whose, from: "1" }]);
		expect(ended.waitedSeconds).to.deep.equal([300, 300, 300]);
	});

	it("asks the version itself for its health, by its number", async () => {
		const ended = await ran();
		expect(askedOf(ended, "Probe")).to.deep.equal({ FunctionName: "predict:2", Payload: { httpMethod: "GET" } });
		expect(ended.path).not.to.include("ProbeLive");
	});

	for (const next of ["LIVE", "SUPERSEDED"])
		it(`does nothing where the version is ${next}`, async () => {
			const ended = await ran({ Begin: () => ({ next, from: "3" }) });
			expect(ended.output).to.deep.equal(ends(next));
			expect(ended.asked).to.have.length(1);
		});

	it("keeps a version out that throws at its health gate", async () => {
		const ended = await ran({ Probe: fails("TypeError", "x is not a function") });
		const reason = "it does not stand its health gate: it fails with TypeError";
		expect(ended.output).to.deep.equal(ends("ROLLED_BACK", reason));
		expect(payloads(ended, "Back")).to.deep.equal([
			{ action: "back", function: "predict", version: "2", from: "1", reason },
		]);
		expect(ended.path).not.to.include("Shift");
	});

	it("keeps a version out that answers worse than the one that serves, however often it is asked", async () => {
		const ended = await ran({ Probe: () => ({ statusCode: 500 }) });
		expect(timesIn(ended, "Probe")).to.equal(3);
		expect(ended.output).to.deep.equal(
			ends("ROLLED_BACK", "it does not stand its health gate: it answers 500, and the version that serves 200"),
		);
	});

	it("keeps a version out that answers nothing like an API's answer", async () => {
		const ended = await ran({ Probe: () => "hello" });
		expect(ended.output).to.include({ outcome: "ROLLED_BACK" });
		expect(ended.path).not.to.include("Shift");
	});

	it("lets a version in that comes round at the second question", async () => {
		const ended = await ran({ Probe: (_, call) => ({ statusCode: call === 1 ? 503 : 200 }) });
		expect(ended.output).to.include({ outcome: "FINISHED" });
	});

	it("lets a version in that says what the one that serves says: that no model is there yet", async () => {
		const ended = await ran({ Probe: () => ({ statusCode: 503 }), ProbeLive: () => ({ statusCode: 503 }) });
		expect(ended.output).to.include({ outcome: "FINISHED" });
		expect(askedOf(ended, "ProbeLive")).to.deep.equal({
			FunctionName: "predict:1",
			Payload: { httpMethod: "GET" },
		});
	});

	it("does not take a version that serves and fails for a measure", async () => {
		const ended = await ran({ Probe: () => ({ statusCode: 503 }), ProbeLive: fails("Broken") });
		expect(ended.output).to.include({ outcome: "ROLLED_BACK" });
	});

	for (const step of [1, 2, 3])
		it(`takes a version back that is bad at step ${step}`, async () => {
			const ended = await ran({
				Judge: (_, call) => ({ verdict: call === step ? "BACK" : "CONTINUE", reason: `look ${call}` }),
			});
			expect(ended.output).to.deep.equal(ends("ROLLED_BACK", `look ${step}`));
			expect(timesIn(ended, "Shift")).to.equal(step);
			expect(timesIn(ended, "Finish")).to.equal(0);
		});

	it("ends where a newer version takes its place, and moves nothing any more", async () => {
		const superseded = { Shift: () => ({ state: "SUPERSEDED", from: "1", sinceMs: 1 }) };
		expect((await ran(superseded)).output).to.deep.equal(ends("SUPERSEDED"));
		const judged = await ran({ Judge: () => ({ verdict: "SUPERSEDED", reason: "3 gets all" }) });
		expect(judged.output).to.deep.equal(ends("SUPERSEDED", "3 gets all"));
		expect(judged.path).not.to.include("Back");
	});

	for (const state of ["Shift", "Judge"])
		it(`takes the version back and fails where ${state} fails for good`, async () => {
			const ended = await ran({ [state]: fails("Broken", "why") });
			expect(timesIn(ended, "Back")).to.equal(1);
			expect(ended.failed).to.deep.equal({ Error: "Broken", Cause: "the release failed with Broken: why" });
		});

	it("fails, and takes nothing back, where it cannot begin or tell of its end", async () => {
		for (const state of ["Begin", "Finish"]) {
			const ended = await ran({ [state]: fails("Broken") });
			expect(ended.failed).to.include({ Error: "Broken" });
			expect(ended.path).not.to.include("Back");
		}
	});

	it("says so where not even taking back works", async () => {
		const ended = await ran({ Judge: () => ({ verdict: "BACK", reason: "bad" }), Back: fails("Broken") });
		expect(ended.failed).to.deep.equal({ Error: "Broken", Cause: "taking the version back failed with Broken" });
	});
});
