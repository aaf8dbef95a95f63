/** What becomes of a slot's messages that are forwarded to SageMaker, and what SageMaker is asked for. */
import { expect } from "chai";
import { requestObjectKey } from "../../../charter/jobs.ts";
import { CALLBACKS, JOB_ID, largeBody, requestBody, START_MS } from "../../support/functions-jobs.ts";
import { MODEL } from "../../support/functions-predict.ts";
import { BUCKET, DEAD_LETTERS, ENDPOINT, sagemakerFixture } from "../../support/sagemaker.ts";

/** 1,200 s before the model, 300 s in it, 120 s for the notification. */
const LEASE_MS = 1_620_000;
const INPUT_KEY = `sagemaker/${MODEL}/input/${JOB_ID}/1.json`;
const textAt = (fixture: ReturnType<typeof sagemakerFixture>, key: string) =>
	Buffer.from(fixture.aws.objects.get(key) ?? []).toString();

describe("functions/sagemaker-forward/service", () => {
	it("asks the endpoint for one attempt, and lets the message go when it is accepted", async () => {
		const fixture = sagemakerFixture();
		expect(await fixture.forward(fixture.message)).to.deep.equal([]);
		expect(fixture.sagemaker.asked).to.deep.equal([
			{
				path: `/endpoints/${ENDPOINT}/async-invocations`,
				"inference-id": `${JOB_ID}#1`,
				inputlocation: `s3://${BUCKET}/${INPUT_KEY}`,
				"content-type": "application/json",
				accept: "application/json",
				"custom-attributes": "version=3",
				invocationtimeoutseconds: "300",
				requestttlseconds: "1200",
			},
		]);
		expect(textAt(fixture, INPUT_KEY)).to.equal(requestBody());
	});

	it("leases the job for as long as SageMaker may take, and looks after it no sooner", async () => {
		const fixture = sagemakerFixture();
		await fixture.forward(fixture.message);
		expect(fixture.job()).to.include({
			state: "RUNNING",
			attempt: 1,
			leaseUntilMs: START_MS + LEASE_MS,
			dueAtMs: START_MS + LEASE_MS + 60_000,
		});
		expect(fixture.inFlight()).to.equal(1);
	});

	it("lays a large request under the attempt's own key too", async () => {
		const requestKey = requestObjectKey("acme", JOB_ID);
		const fixture = sagemakerFixture({ request: undefined, requestKey });
		fixture.aws.objects.set(requestKey, Buffer.from(largeBody()));
		expect(await fixture.forward(fixture.message)).to.deep.equal([]);
		expect(fixture.sagemaker.asked[0]?.inputlocation).to.equal(`s3://${BUCKET}/${INPUT_KEY}`);
		expect(textAt(fixture, INPUT_KEY)).to.equal(largeBody());
	});

	it("keeps the message of a job that is with SageMaker already, and asks for nothing", async () => {
		const fixture = sagemakerFixture();
		await fixture.forward(fixture.message);
		const before = fixture.job();
		expect(await fixture.forward(fixture.message)).to.deep.equal(["m-0"]);
		expect(fixture.sagemaker.asked).to.have.length(1);
		expect(fixture.job()).to.deep.equal(before);
	});

	it("asks anew, under the next attempt, when the lease has lapsed without a word", async () => {
		const fixture = sagemakerFixture();
		await fixture.forward(fixture.message);
		fixture.clock.nowMs += LEASE_MS + 1;
		expect(await fixture.forward(fixture.message)).to.deep.equal([]);
		expect(fixture.sagemaker.asked.map((asked) => asked["inference-id"])).to.deep.equal([`${JOB_ID}#1`, `${JOB_ID}#2`]);
	});

	for (const [title, refusal] of [
		["throttles", { status: 400, type: "ThrottlingException", message: "Rate exceeded" }],
		["is broken", { status: 500, type: "InternalFailure", message: "It fell." }],
		["is not there", { status: 400, type: "ValidationError", message: "Endpoint digits-a of account 1 not found." }],
		["lets nobody in", { status: 403, type: "AccessDeniedException", message: "No." }],
	] as const)
		it(`gives the job back, counts nothing and wants its message again where SageMaker ${title}`, async () => {
			const fixture = sagemakerFixture();
			fixture.sagemaker.refusal = refusal;
			expect(await fixture.forward(fixture.message)).to.deep.equal(["m-0"]);
			expect(fixture.job()).to.include({ state: "QUEUED", attempt: 1, failures: 0, excusedAttempt: 1 });
			fixture.sagemaker.refusal = undefined;
			expect(await fixture.forward(fixture.message)).to.deep.equal([]);
			expect(fixture.job()).to.include({ state: "RUNNING", attempt: 2 });
		});

	it("asks an endpoint that takes nothing less and less often, but before the sweeper looks", async () => {
		const fixture = sagemakerFixture();
		fixture.sagemaker.refusal = { status: 503, type: "ServiceUnavailable", message: "Later." };
		const hidden: number[] = [];
		fixture.aws.sqs.ChangeMessageVisibility = ({ VisibilityTimeout }) => {
			hidden.push(VisibilityTimeout);
			return {};
		};
		for (fixture.delivery.receives of [1, 3, 5, 900]) await fixture.forward(fixture.message);
		const bounds = [
			[2, 4],
			[8, 10],
			[32, 39],
			[32, 39],
		] as const;
		expect(hidden).to.have.length(bounds.length);
		for (const [i, [least, most]] of bounds.entries()) expect(hidden[i]).to.be.within(least, most);
		const { dueAtMs = 0 } = fixture.job() ?? {};
		expect(dueAtMs).to.be.above(START_MS + 39_000);
	});

	it("sets a job aside with its reason that SageMaker says is at fault, and asks for its callback", async () => {
		const fixture = sagemakerFixture({ callback: { url: "https://hooks.example.com/", signingKey: "whsec_eA==" } });
		fixture.sagemaker.refusal = { status: 400, type: "ValidationError", message: "The input is too large." };
		expect(await fixture.forward(fixture.message)).to.deep.equal([]);
		expect(fixture.job()).to.include({ state: "FAILED", failures: 1, deadLetteredAtMs: START_MS });
		expect(fixture.job()?.error).to.deep.equal({
			code: "INVALID_REQUEST",
			message: "SageMaker refused the request: The input is too large.",
		});
		expect(fixture.bodies(DEAD_LETTERS)).to.deep.equal([fixture.message]);
		expect(fixture.bodies(CALLBACKS)).to.deep.equal([JSON.stringify({ job: JOB_ID })]);
		expect(fixture.inFlight()).to.equal(0);
	});

	it("never asks for a request that is no inference request", async () => {
		const fixture = sagemakerFixture({ request: '{"inputs":7}' });
		expect(await fixture.forward(fixture.message)).to.deep.equal([]);
		expect(fixture.sagemaker.asked).to.deep.equal([]);
		expect(fixture.job()?.error?.code).to.equal("INVALID_REQUEST");
	});

	it("sets aside what is no message of a job, and forwards the rest", async () => {
		const fixture = sagemakerFixture();
		expect(await fixture.forward("{", fixture.message)).to.deep.equal([]);
		expect(fixture.bodies(DEAD_LETTERS)).to.deep.equal(["{"]);
		expect(fixture.sagemaker.asked).to.have.length(1);
	});

	it("asks for nothing where the request cannot be laid down, and wants the message again", async () => {
		const fixture = sagemakerFixture();
		fixture.aws.disturbances.set("PutObject", "fail");
		expect(await fixture.forward(fixture.message)).to.deep.equal(["m-0"]);
		expect(fixture.sagemaker.asked).to.deep.equal([]);
		fixture.aws.disturbances.clear();
		// Only claimed, not handed over: a worker's short lease holds it.
		fixture.clock.nowMs += 30_001;
		expect(await fixture.forward(fixture.message)).to.deep.equal([]);
		expect(fixture.job()).to.include({ attempt: 2, failures: 0 });
	});
});
