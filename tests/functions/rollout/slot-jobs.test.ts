/** SQS and the jobs' table as the rollout function sees a slot's jobs: what is moved, and what must not be. */
import { expect } from "chai";
import { slotJobs } from "../../../functions/rollout/slot-jobs.ts";
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
	QUEUE_B,
	START_MS,
} from "../../support/functions-jobs.ts";
import { MODEL } from "../../support/functions-predict.ts";

const CHAMPION = { slot: "a", version: 3, variant: "champion" } as const;
const canary = aJob({ slot: "b", version: 4, variant: "canary" });

function setUp() {
	const aws = new MemoryAws();
	const { dynamodb, sqs } = aws.clients();
	const jobs = slotJobs(sqs, { client: dynamodb, table: JOBS_TABLE, now: () => START_MS, pause: async () => {} });
	return { aws, jobs };
}

describe("functions/rollout/slot-jobs", () => {
	it("moves a job that waits, and sends its pointer to where it goes on", async () => {
		const { aws, jobs } = setUp();
		const job = putJob(aws, canary);
		expect(await jobs.move(job, CHAMPION)).to.equal(true);
		expect(jobIn(aws, JOB_ID)).to.deep.equal({ ...JSON.parse(JSON.stringify(job)), ...CHAMPION });
		await jobs.send(QUEUE_A, { ...job, ...CHAMPION });
		const [message] = aws.sqs.messages(QUEUE_A);
		expect(message).to.include({ groupId: "acme" });
		expect(JSON.parse(message?.body ?? "")).to.include({ job: JOB_ID, version: 3 });
	});

	const running = { state: "RUNNING", attempt: 1, owner: "worker" } as const;
	for (const [what, job, isMoved] of [
		["one whose lease has lapsed", { ...canary, ...running, leaseUntilMs: START_MS - 1 }, true],
		["no job that is worked on", { ...canary, ...running, leaseUntilMs: START_MS + 1 }, false],
		["none that has ended", endedJob("SUCCEEDED", { slot: "b" }), false],
	] as const)
		it(`moves ${what}`, async () => {
			const { aws, jobs } = setUp();
			putJob(aws, job);
			expect(await jobs.move(job, CHAMPION)).to.equal(isMoved);
			expect(jobIn(aws, JOB_ID)).to.include({ state: job.state, slot: isMoved ? "a" : "b", attempt: job.attempt });
		});

	it("moves none that is in another slot by now, and none that is gone", async () => {
		const { aws, jobs } = setUp();
		putJob(aws, aJob({ slot: "a" }));
		expect(await jobs.move(canary, CHAMPION)).to.equal(false);
		expect(await jobs.move({ ...canary, job: "gone" }, CHAMPION)).to.equal(false);
	});

	it("finds a model's open jobs whenever they are due", async () => {
		const { aws, jobs } = setUp();
		putJob(aws, canary);
		const found: string[] = [];
		for await (const page of jobs.open(MODEL)) found.push(...page.map(({ job }) => job));
		expect(found).to.deep.equal([JOB_ID]);
	});

	it("cancels a shadow's job, which has no place in flight to give back", async () => {
		const { aws, jobs } = setUp();
		const job = putJob(aws, { ...canary, variant: "shadow", shadowOf: "other" });
		const before = inFlightIn(aws, "acme");
		await jobs.cancel(job);
		expect(jobIn(aws, JOB_ID)).to.include({ state: "CANCELLED" });
		expect(inFlightIn(aws, "acme")).to.equal(before);
		await jobs.cancel(job);
	});

	it("counts a queue's messages, takes them, removes them, and sets aside what is none", async () => {
		const { aws, jobs } = setUp();
		await jobs.send(QUEUE_B, canary);
		aws.sqs.messages(QUEUE_B).push({ body: "junk", receives: 0 });
		expect(await jobs.depth(QUEUE_B)).to.equal(2);
		const [first, second] = await jobs.receive(QUEUE_B);
		expect(await jobs.receive(QUEUE_B)).to.deep.equal([]);
		expect(aws.sqs.waited).to.deep.equal([0, 0]);
		expect(await jobs.depth(QUEUE_B)).to.equal(2);
		if (!first || !second) throw new Error("Two messages were sent.");
		await jobs.remove(QUEUE_B, first);
		await jobs.setAside("https://sqs.eu-central-1.amazonaws.com/123456789012/dead", second);
		await jobs.remove(QUEUE_B, second);
		expect(await jobs.depth(QUEUE_B)).to.equal(0);
		expect(
			aws.sqs.messages("https://sqs.eu-central-1.amazonaws.com/123456789012/dead").map(({ body }) => body),
		).to.deep.equal(["junk"]);
	});
});
