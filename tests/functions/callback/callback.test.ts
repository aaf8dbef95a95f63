/** Telling callbacks through the function's door: what is posted, when it is settled, and when it is given up. */
import { createHash, createHmac } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { CALLBACKS_OPEN, type JobRecord } from "../../../charter/jobs.ts";
import { CALLBACK_RECEIVES_MAX, CALLBACK_VISIBILITY_SECONDS } from "../../../charter/queued.ts";
import { callbackKeyOf, issueToken, tokenHash } from "../../../charter/tokens.ts";
import { createCallbackService } from "../../../functions/callback/service.ts";
import { anyText } from "../../support/any-text.ts";
import { MemoryAws } from "../../support/functions-aws.ts";
import { aJob, endedJob, JOB_ID, jobIn, jobsEnvironment, putJob, START_MS } from "../../support/functions-jobs.ts";
import { sqsRecord } from "../../support/functions-sqs-event.ts";
import { memoryTelemetry } from "../../support/functions-telemetry.ts";

const URL_OF_TENANT = "https://hooks.example.com/done";
const token = issueToken("acme");
const callback = { url: URL_OF_TENANT, signingKey: callbackKeyOf(tokenHash(token)) };
const due = (change: Partial<JobRecord> = {}): JobRecord =>
	endedJob("SUCCEEDED", { callback, open: CALLBACKS_OPEN, dueAtMs: START_MS + 60_000, ...change });

interface Posted {
	url: string;
	headers: Readonly<Record<string, string>>;
	body: string;
}

function setUp(status: number | Error = 204) {
	const aws = new MemoryAws();
	const posted: Posted[] = [];
	const { telemetry, lines } = memoryTelemetry({ now: () => START_MS + 3_500 });
	const post = async (url: string, headers: Readonly<Record<string, string>>, body: string) => {
		posted.push({ url, headers, body });
		if (status instanceof Error) throw status;
		return status;
	};
	const handler = createCallbackService({ environment: jobsEnvironment, telemetry, ...aws.clients(), post });
	const receive = async (body: string = JSON.stringify({ job: JOB_ID }), receives = 1) =>
		(await handler({ Records: [sqsRecord(body, receives)] })).batchItemFailures;
	return { aws, posted, lines, handler, receive };
}

const failedOne = [{ itemIdentifier: "m-1" }];

describe("functions/callback", () => {
	it("posts the job as its tenant sees it, signed so that the token's holder can check it", async () => {
		const { aws, posted, receive } = setUp();
		putJob(aws, due());
		expect(await receive()).to.deep.equal([]);
		const [{ url, headers, body } = { url: "", headers: {}, body: "" }] = posted;
		expect(url).to.equal(URL_OF_TENANT);
		expect(body)
			.to.include('"state":"SUCCEEDED"')
			.and.include('"result":{"outputs"')
			.and.not.include(callback.signingKey);
		// As docs/jobs.md tells the receiver to.
		const sha256 = (text: string) => createHash("sha256").update(text);
		const key = sha256(`callback:${sha256(token).digest("hex")}`).digest();
		const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
		expect(headers).to.deep.equal({
			"webhook-id": `${JOB_ID}_1`,
			"webhook-timestamp": String(START_MS / 1_000 + 3),
			"webhook-signature": `v1,${createHmac("sha256", key).update(signed).digest("base64")}`,
		});
	});

	it("settles it by any 2xx: the job is out of the index and says so", async () => {
		const { aws, receive } = setUp(202);
		putJob(aws, due());
		await receive();
		expect(jobIn(aws, JOB_ID)).to.not.have.any.keys("open", "dueAtMs", "callbackGivenUpAtMs");
	});

	it("does not post again what is settled", async () => {
		const { aws, posted, receive } = setUp();
		putJob(aws, due());
		await receive();
		expect(await receive()).to.deep.equal([]);
		expect(posted).to.have.length(1);
	});

	for (const [title, status] of [
		["a redirect", 302],
		["a refusal", 404],
		["a server's error", 500],
		["no answer", new Error("ECONNREFUSED")],
	] as const)
		it(`has the queue try again after ${title}, and keeps the sweeper out meanwhile`, async () => {
			const { aws, receive } = setUp(status);
			putJob(aws, due());
			expect(await receive()).to.deep.equal(failedOne);
			expect(jobIn(aws, JOB_ID)).to.include({
				open: CALLBACKS_OPEN,
				dueAtMs: START_MS + 3_500 + 2 * CALLBACK_VISIBILITY_SECONDS * 1_000,
			});
		});

	it("gives up after the last try, which the queue then sets aside", async () => {
		const { aws, receive } = setUp(500);
		putJob(aws, due());
		expect(await receive(undefined, CALLBACK_RECEIVES_MAX)).to.deep.equal(failedOne);
		const job = jobIn(aws, JOB_ID);
		expect(job)
			.to.include({ callbackGivenUpAtMs: START_MS + 3_500 })
			.and.not.have.any.keys("open", "dueAtMs");
	});

	it("posts what was given up, once an operator has brought its message back", async () => {
		const { aws, posted, receive } = setUp();
		const { open, dueAtMs, ...job } = due({ callbackGivenUpAtMs: START_MS });
		putJob(aws, job);
		expect(await receive()).to.deep.equal([]);
		expect(posted).to.have.length(1);
		expect(jobIn(aws, JOB_ID)).to.not.have.property("callbackGivenUpAtMs");
	});

	for (const [title, job] of [
		["a job that has not ended", aJob({ callback })],
		["a job without a callback", endedJob("SUCCEEDED")],
		["no job at all", undefined],
	] as const)
		it(`posts nothing for ${title}`, async () => {
			const { aws, posted, receive } = setUp();
			if (job) putJob(aws, job);
			expect(await receive()).to.deep.equal([]);
			expect(posted).to.deep.equal([]);
		});

	it("fails the message where the table cannot be read", async () => {
		const { aws, posted, receive } = setUp();
		putJob(aws, due());
		aws.disturbances.set("GetItem", "fail");
		expect(await receive()).to.deep.equal(failedOne);
		expect(posted).to.deep.equal([]);
	});

	it("fails the messages of a batch one by one", async () => {
		const { aws, handler } = setUp();
		putJob(aws, due());
		const Records = [sqsRecord(JSON.stringify({ job: JOB_ID }), 1, "good"), sqsRecord("{", 1, "bad")];
		expect((await handler({ Records })).batchItemFailures).to.deep.equal([{ itemIdentifier: "bad" }]);
	});

	it("fails whatever is no message of ours, and nothing else, with a record of each", async () => {
		const { handler, lines } = setUp();
		await fc.assert(
			fc.asyncProperty(fc.oneof(anyText, fc.json()), async (body) => {
				lines.records.length = 0;
				const { batchItemFailures } = await handler({ Records: [sqsRecord(body, 1)] });
				expect(batchItemFailures).to.deep.equal(failedOne);
				expect(lines.records).to.have.length(1);
			}),
		);
	});
});
