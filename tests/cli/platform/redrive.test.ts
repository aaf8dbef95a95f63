/** Redriving against the tables and queues in memory: each failed job queued once, and nothing lost wherever it stops. */
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import fc from "fast-check";
import type { JobRecord } from "../../../charter/jobs.ts";
import { queuesOf, wordsOf } from "../../../cli/commands/jobs.ts";
import { redriveJobs } from "../../../cli/platform/redrive.ts";
import { messageOf } from "../../../functions/shared/jobs/job-queue.ts";
import { anyText } from "../../support/any-text.ts";
import { MemoryAws } from "../../support/functions-aws.ts";
import {
	aJob,
	endedJob,
	inFlightIn,
	JOB_ID,
	JOBS_TABLE,
	jobIn,
	putJob,
	QUEUE_A,
	START_MS,
} from "../../support/functions-jobs.ts";
import { MODEL } from "../../support/functions-predict.ts";

const DEAD = `${QUEUE_A}-dead`;
const slots = [{ queueUrl: QUEUE_A, deadLetterQueueUrl: DEAD }];
const none = { redriven: 0, resent: 0, settled: 0, left: 0 };
const failed = (change: Partial<JobRecord> = {}): JobRecord =>
	endedJob("FAILED", { failures: 3, deadLetteredAtMs: START_MS + 2_000, ...change });

function setUp(...jobs: JobRecord[]) {
	const aws = new MemoryAws();
	for (const job of jobs) {
		putJob(aws, job);
		setAside(aws, job);
	}
	const { dynamodb, sqs } = aws.clients();
	const ports = { dynamodb, sqs, table: JOBS_TABLE, now: () => START_MS + 60_000 };
	return { aws, ports, run: (limit?: number) => redriveJobs(ports, MODEL, slots, { limit }) };
}
const setAside = (aws: MemoryAws, job: JobRecord): unknown =>
	aws.sqs.messages(DEAD).push({ body: JSON.stringify(messageOf(job)), receives: 1 });

describe("cli/platform/redrive", () => {
	it("queues a failed job again as if it had not failed, with a place in flight, and sends it", async () => {
		const { aws, run } = setUp(failed({ callbackGivenUpAtMs: START_MS }));
		expect(await run()).to.deep.equal({ ...none, redriven: 1 });
		const { error, endedAtMs, deadLetteredAtMs, ...job } = failed();
		expect(jobIn(aws, JOB_ID)).to.deep.equal({
			...job,
			state: "QUEUED",
			failures: 0,
			open: `MODEL#${MODEL}`,
			dueAtMs: START_MS + 120_000,
			redrivenAtMs: START_MS + 60_000,
			expiresAt: START_MS / 1_000 + 60 + 48 * 3_600,
		});
		expect(inFlightIn(aws, "acme")).to.equal(1);
		expect(aws.sqs.messages(DEAD)).to.deep.equal([]);
		expect(aws.sqs.messages(QUEUE_A)).to.deep.include({
			body: JSON.stringify(messageOf(job)),
			groupId: "acme",
			receives: 0,
		});
	});

	it("sends once more what an earlier run had queued before it broke off, and takes no second place", async () => {
		const { aws, run } = setUp(failed());
		aws.disturbances.set("SendMessage", "fail");
		await run().then(
			() => expect.fail("It did not fail."),
			() => undefined,
		);
		expect([jobIn(aws, JOB_ID)?.state, aws.sqs.messages(DEAD).length]).to.deep.equal(["QUEUED", 1]);
		aws.disturbances.clear();
		expect(await run()).to.deep.equal({ ...none, resent: 1 });
		expect([inFlightIn(aws, "acme"), aws.sqs.messages(QUEUE_A).length]).to.deep.equal([1, 1]);
	});

	for (const state of ["SUCCEEDED", "CANCELLED", "EXPIRED"] as const)
		it(`clears away the message of a job that is ${state}, and sends nothing`, async () => {
			const { aws, run } = setUp(endedJob(state));
			expect(await run()).to.deep.equal({ ...none, settled: 1 });
			expect([aws.sqs.messages(DEAD), aws.sqs.messages(QUEUE_A)]).to.deep.equal([[], []]);
		});

	it("leaves what is none of the model's, visible as it was", async () => {
		const { aws, run } = setUp();
		setAside(aws, aJob());
		setAside(aws, aJob({ model: "other" }));
		aws.sqs.messages(DEAD).push({ body: "no job", receives: 1 });
		const { request, ...withoutRequest } = failed({ job: "j9" });
		putJob(aws, withoutRequest);
		setAside(aws, withoutRequest);
		expect(await run()).to.deep.equal({ ...none, left: 4 });
		expect(aws.sqs.messages(DEAD).map(({ receipt }) => receipt)).to.deep.equal(Array(4).fill(undefined));
		expect(aws.sqs.messages(QUEUE_A)).to.deep.equal([]);
	});

	it("looks at no more messages than it may", async () => {
		const jobs = Array.from({ length: 25 }, (_, i) => failed({ job: `j${i}` }));
		const { aws, run } = setUp(...jobs);
		expect(await run(12)).to.deep.equal({ ...none, redriven: 12 });
		expect(await run()).to.deep.equal({ ...none, redriven: 13 });
		expect(inFlightIn(aws, "acme")).to.equal(25);
	});

	it("stops after the message in hand, and hides none of the others from the next run", async () => {
		const jobs = Array.from({ length: 3 }, (_, i) => failed({ job: `j${i}` }));
		const { aws, ports, run } = setUp(...jobs);
		const stop = new AbortController();
		const { SendMessage } = aws.sqs;
		aws.sqs.SendMessage = (request) => {
			stop.abort();
			return SendMessage.call(aws.sqs, request);
		};
		expect(await redriveJobs(ports, MODEL, slots, { signal: stop.signal })).to.deep.equal({ ...none, redriven: 1 });
		expect(aws.sqs.messages(DEAD).map(({ receipt }) => receipt)).to.deep.equal([undefined, undefined]);
		expect(await run()).to.deep.equal({ ...none, redriven: 2 });
	});

	it("does not go round with a job that fails again at once", async () => {
		const { aws, run } = setUp(failed());
		const { SendMessage } = aws.sqs;
		aws.sqs.SendMessage = (request) => {
			aws.dynamodb.put(JOBS_TABLE, marshall(failed(), { removeUndefinedValues: true }));
			setAside(aws, failed());
			return SendMessage.call(aws.sqs, request);
		};
		expect(await run()).to.deep.equal({ ...none, redriven: 1, left: 1 });
	});

	it("leaves whatever is no message, and never fails of it", async () => {
		await fc.assert(
			fc.asyncProperty(fc.oneof(anyText, fc.json()), async (body) => {
				const { aws, run } = setUp();
				aws.sqs.messages(DEAD).push({ body, receives: 1 });
				expect(await run()).to.deep.equal({ ...none, left: 1 });
			}),
			{ numRuns: 50 },
		);
	});
});

describe("cli/commands/jobs", () => {
	const queued = { name: MODEL, slot: "a", queueUrl: QUEUE_A, deadLetterQueueUrl: DEAD } as const;
	const outputs = {
		url: "https://x",
		registryTable: "r",
		artifactBucket: "a",
		featureTable: "f",
		tenantTable: "t",
		registerFunction: "g",
		models: [],
		pipelines: [],
		batchModels: [],
		tenants: [],
		jobsTable: JOBS_TABLE,
		queuedModels: [queued],
	};

	it("finds all slots of the model", () => {
		expect(queuesOf(outputs, MODEL)).to.deep.equal({ table: JOBS_TABLE, slots: [queued] });
	});

	it("names the models that there are where it is none of them", () => {
		expect(() => queuesOf(outputs, "other")).to.throw(`The stack has no queued model "other", only ${MODEL}. Name one`);
		expect(() => queuesOf({ ...outputs, queuedModels: [] }, "other")).to.throw("only none");
	});

	it("says in words what became of the messages, and nothing of what there was none of", () => {
		expect(wordsOf("m", { ...none, redriven: 2 })).to.equal("m: 2 failed jobs queued again");
		expect(wordsOf("m", { redriven: 1, resent: 2, settled: 3, left: 4 }).split("\n")).to.have.length(4);
	});
});
