/** What SageMaker's notifications do to a job: its end, once, whatever comes late, twice, or in another order. */
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import fc from "fast-check";
import { responseObjectKey } from "../../../charter/jobs.ts";
import { NotificationError } from "../../../functions/sagemaker-result/notification.ts";
import { CALLBACKS, JOB_ID, JOBS_TABLE, QUEUE_A, START_MS } from "../../support/functions-jobs.ts";
import { MODEL } from "../../support/functions-predict.ts";
import {
	BUCKET,
	completedAt,
	DEAD_LETTERS,
	failedWith,
	notificationOf,
	responseOf,
	sagemakerFixture,
} from "../../support/sagemaker.ts";

const LEASE_MS = 1_620_000;
const callback = { url: "https://hooks.example.com/", signingKey: "whsec_eA==" };

/** What Lambda would try again for. */
const thrownBy = (work: Promise<void>): Promise<unknown> =>
	work.then(
		() => expect.fail("Nothing was thrown."),
		(thrown: unknown) => thrown,
	);

/** A job that SageMaker has. */
async function forwarded(...args: Parameters<typeof sagemakerFixture>) {
	const fixture = sagemakerFixture(...args);
	await fixture.forward(fixture.message);
	return fixture;
}

describe("functions/sagemaker-result/service", () => {
	it("commits a small result into the record, gives the place in flight back, and asks for the callback", async () => {
		const fixture = await forwarded({ callback });
		fixture.clock.nowMs += 5_000;
		await fixture.complete(1);
		expect(fixture.job()).to.include({ state: "SUCCEEDED", response: responseOf(1), endedAtMs: START_MS + 5_000 });
		expect(fixture.job()).to.not.have.any.keys("request", "owner", "leaseUntilMs");
		expect(fixture.inFlight()).to.equal(0);
		expect(fixture.bodies(CALLBACKS)).to.deep.equal([JSON.stringify({ job: JOB_ID })]);
		expect(fixture.lines.metrics[0]).to.include({ model: MODEL, version: "3", Requests: 1, Errors: 0, Latency: 5_000 });
	});

	it("keeps a large result where every job's lies, by a copy", async () => {
		const fixture = await forwarded();
		const large = responseOf(1, 5_000);
		await fixture.complete(1, large);
		const responseKey = responseObjectKey("acme", JOB_ID, 1);
		expect(fixture.job()).to.include({ state: "SUCCEEDED", responseKey });
		expect(Buffer.from(fixture.aws.objects.get(responseKey) ?? []).toString()).to.equal(large);
	});

	it("does nothing about a result that comes twice", async () => {
		const fixture = await forwarded({ callback });
		await fixture.complete(1);
		const before = fixture.job();
		await fixture.complete(1);
		await fixture.fail(1, "late");
		expect(fixture.job()).to.deep.equal(before);
		expect(fixture.bodies(CALLBACKS)).to.have.length(1);
	});

	it("does nothing about an attempt that was given up, and takes the next one's result", async () => {
		const fixture = await forwarded();
		fixture.clock.nowMs += LEASE_MS + 1;
		await fixture.forward(fixture.message);
		await fixture.complete(1);
		await fixture.fail(1, "late");
		expect(fixture.job()).to.include({ state: "RUNNING", attempt: 2, failures: 0 });
		await fixture.complete(2);
		expect(fixture.job()).to.include({ state: "SUCCEEDED", response: responseOf(2) });
	});

	for (const state of ["CANCELLED", "EXPIRED"] as const)
		it(`does nothing about a job that is ${state} meanwhile`, async () => {
			const fixture = await forwarded();
			const ended = { ...fixture.job(), state, endedAtMs: START_MS };
			fixture.aws.dynamodb.put(JOBS_TABLE, marshall(ended, { removeUndefinedValues: true }));
			await fixture.complete(1);
			await fixture.fail(1, "x");
			expect(fixture.job()).to.deep.equal(ended);
			expect([fixture.bodies(QUEUE_A), fixture.bodies(DEAD_LETTERS)]).to.deep.equal([[], []]);
		});

	it("does nothing about a job that is gone, or another model's", async () => {
		const fixture = await forwarded({ model: "another" });
		const before = fixture.job();
		await fixture.complete(1);
		await fixture.notify(notificationOf("00000000-0000-4000-8000-00000000dead#1", failedWith("x")));
		expect(fixture.job()).to.deep.equal(before);
	});

	it("counts a failure and sends the job anew, until it has failed three times: then it is set aside", async () => {
		const fixture = await forwarded({ callback });
		const reason = "ClientError: Received server error (500) from model.";
		await fixture.fail(1, reason);
		expect(fixture.job()).to.include({ state: "QUEUED", failures: 1 });
		expect(fixture.aws.sqs.messages(QUEUE_A)).to.deep.equal([
			{ body: fixture.message, groupId: "acme", receives: 0, delaySeconds: 3 },
		]);
		for (const attempt of [2, 3]) {
			await fixture.forward(fixture.message);
			await fixture.fail(attempt, reason);
		}
		expect(fixture.job()).to.include({ state: "FAILED", failures: 3, deadLetteredAtMs: START_MS });
		expect(fixture.job()?.error).to.deep.equal({ code: "INTERNAL", message: `The model failed: ${reason}` });
		expect(fixture.bodies(DEAD_LETTERS)).to.deep.equal([fixture.message]);
		expect(fixture.bodies(CALLBACKS)).to.have.length(1);
		expect(fixture.inFlight()).to.equal(0);
	});

	it("counts nothing against a job that only waited too long for an instance", async () => {
		const fixture = await forwarded();
		await fixture.fail(1, "It expired.", { receivedTime: "2026-01-01T00:00:00Z", eventTime: "2026-01-01T00:20:00Z" });
		expect(fixture.job()).to.include({ state: "QUEUED", failures: 0, excusedAttempt: 1 });
		expect(fixture.bodies(QUEUE_A)).to.deep.equal([fixture.message]);
	});

	it("counts a failure where the answer is no inference response, or is not there", async () => {
		for (const [output, message] of [
			["{}", "The model failed: The model's answer is no inference response with its data as JSON."],
			["<html>", "The model failed: The model's answer is no inference response with its data as JSON."],
		] as const) {
			const fixture = await forwarded({ failures: 2 });
			await fixture.complete(1, output);
			expect(fixture.job()?.error).to.deep.equal({ code: "INTERNAL", message });
		}
		const fixture = await forwarded({ failures: 2 });
		const place = `s3://${BUCKET}/sagemaker/${MODEL}/output/none.out`;
		await fixture.notify(notificationOf(`${JOB_ID}#1`, completedAt(place)));
		expect(fixture.job()?.error?.message).to.equal("The model failed: SageMaker's output is not where it says.");
	});

	it("throws what it cannot read or must not, so that it is kept, and changes nothing", async () => {
		const fixture = await forwarded();
		const before = fixture.job();
		for (const text of [
			"{",
			notificationOf(`${JOB_ID}#1`, completedAt(`s3://${BUCKET}/jobs/acme/other/response-1.json`)),
			notificationOf(`${JOB_ID}#1`, completedAt(`s3://elsewhere/sagemaker/${MODEL}/output/1.out`)),
		])
			expect(await thrownBy(fixture.notify(text))).to.be.instanceOf(NotificationError);
		expect(fixture.job()).to.deep.equal(before);
	});

	for (const operation of ["HeadObject", "GetObject", "GetItem", "TransactWriteItems"])
		it(`throws where ${operation} fails, and a second try does the rest`, async () => {
			const fixture = await forwarded();
			fixture.aws.disturbances.set(operation, "fail");
			await thrownBy(fixture.complete(1));
			fixture.aws.disturbances.clear();
			expect(fixture.job()).to.include({ state: "RUNNING", attempt: 1 });
			await fixture.complete(1);
			expect(fixture.job()).to.include({ state: "SUCCEEDED", response: responseOf(1) });
		});

	it("sets a failed job aside that an earlier try had ended and no more", async () => {
		const fixture = await forwarded({ failures: 2 });
		fixture.aws.disturbances.set("SendMessage", "fail");
		await thrownBy(fixture.fail(1, "x"));
		expect(fixture.job()).to.include({ state: "FAILED" }).and.not.have.property("deadLetteredAtMs");
		fixture.aws.disturbances.clear();
		await fixture.fail(1, "x");
		expect(fixture.bodies(DEAD_LETTERS)).to.deep.equal([fixture.message]);
		expect(fixture.job()).to.include({ deadLetteredAtMs: START_MS });
	});

	it("ends a job once, by the attempt that held it, in whatever order messages and notifications come", async () => {
		const step = fc.oneof(
			fc.constant({ kind: "message" } as const),
			fc.constant({ kind: "lapse" } as const),
			fc.record({ kind: fc.constantFrom("completed", "failed"), attempt: fc.integer({ min: 1, max: 4 }) }),
		);
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
				const fixture = sagemakerFixture({ callback });
				const { asked } = fixture.sagemaker;
				for (const each of steps) {
					const before = fixture.job();
					// SageMaker speaks only of what it was asked for.
					const isKnown = "attempt" in each && each.attempt <= asked.length;
					if (each.kind === "message") await fixture.forward(fixture.message);
					else if (each.kind === "lapse") fixture.clock.nowMs += LEASE_MS + 1;
					else if (isKnown && each.kind === "completed") await fixture.complete(each.attempt);
					else if (isKnown) await fixture.fail(each.attempt, "x");
					if (before?.endedAtMs !== undefined) expect(fixture.job()).to.deep.equal(before);
				}
				for (let i = 0; fixture.job()?.endedAtMs === undefined; i++) {
					if (i > 8) throw new Error("The job does not end.");
					fixture.clock.nowMs += LEASE_MS + 1;
					await fixture.forward(fixture.message);
					await fixture.complete(fixture.job()?.attempt ?? 0);
				}
				const { state, attempt = 0, response, failures = 0 } = fixture.job() ?? {};
				if (state === "SUCCEEDED") expect(response).to.equal(responseOf(attempt));
				else expect([state, failures, fixture.bodies(DEAD_LETTERS).length]).to.deep.equal(["FAILED", 3, 1]);
				expect(asked.map((each) => each["inference-id"])).to.deep.equal(asked.map((_, i) => `${JOB_ID}#${i + 1}`));
				expect(fixture.inFlight()).to.equal(0);
				expect(fixture.bodies(CALLBACKS)).to.have.length(1);
			}),
			{ numRuns: 60 },
		);
	});
});
