/** What the sweeper sends again, ends and leaves alone. Time is the test's own. */
import { expect } from "chai";
import { CALLBACKS_OPEN, type JobRecord } from "../../../charter/jobs.ts";
import {
	aJob,
	CALLBACKS,
	endedJob,
	JOB_ID,
	jobsFixture,
	putJob,
	QUEUE_A,
	QUEUE_B,
	START_MS,
} from "../../support/functions-jobs.ts";
import { MODEL } from "../../support/functions-predict.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const none = { resent: 0, expired: 0, callbacks: 0, failed: 0 };
const callback = { url: "https://hooks.example.com/", signingKey: "secret" };
const numbered = (i: number): string => `${JOB_ID.slice(0, -3)}${String(i).padStart(3, "0")}`;
/** A job with another id, and so another key. */
const another = (i: number, change: Partial<JobRecord> = {}): JobRecord =>
	aJob({ job: numbered(i), pk: `JOB#${numbered(i)}`, ...change });

describe("functions/sweep", () => {
	it("leaves alone what is not due", async () => {
		const { aws, clock, sweep } = jobsFixture();
		putJob(aws);
		clock.nowMs += MINUTE_MS;
		expect(await sweep()).to.deep.equal(none);
		expect(aws.sqs.messages(QUEUE_A)).to.deep.equal([]);
	});

	it("sends a job again that nobody has claimed, to its slot's queue and in its tenant's group", async () => {
		const { aws, clock, sweep } = jobsFixture();
		putJob(aws, aJob({ slot: "b" }));
		clock.nowMs += MINUTE_MS + 1;
		expect(await sweep()).to.deep.equal({ ...none, resent: 1 });
		const [message] = aws.sqs.messages(QUEUE_B);
		expect(message?.groupId).to.equal("acme");
		expect(JSON.parse(message?.body ?? "")).to.deep.equal({
			job: JOB_ID,
			tenant: "acme",
			model: MODEL,
			version: 3,
			requestId: "request-1",
			traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		});
	});

	it("sends what waits in a long queue a handful of times in a whole day, each time twice as late", async () => {
		const { aws, clock, sweep } = jobsFixture();
		putJob(aws);
		const sentAtMinute: number[] = [];
		for (let minute = 1; minute < 24 * 60; minute++) {
			clock.nowMs = START_MS + minute * MINUTE_MS + 1;
			if ((await sweep()).resent > 0) sentAtMinute.push(minute);
		}
		expect(sentAtMinute).to.deep.equal([1, 3, 7, 15, 31, 63, 127, 255, 511, 1023]);
	});

	it("sends a job again whose worker's lease has lapsed, and leaves it as it is for the next claim", async () => {
		const { aws, clock, sweep, job } = jobsFixture();
		const running = { state: "RUNNING", attempt: 2, owner: "w", leaseUntilMs: START_MS + 30_000 } as const;
		putJob(aws, aJob({ ...running, dueAtMs: START_MS + 90_000 }));
		clock.nowMs += 90_001;
		expect(await sweep()).to.deep.equal({ ...none, resent: 1 });
		expect(job(JOB_ID)).to.include(running);
	});

	it("looks again a minute after a live lease", async () => {
		const { aws, clock, sweep, job } = jobsFixture();
		putJob(aws, aJob({ state: "RUNNING", attempt: 1, owner: "w", leaseUntilMs: START_MS + 100_000 }));
		clock.nowMs += 90_000;
		expect(await sweep()).to.deep.equal(none);
		expect(job(JOB_ID)?.dueAtMs).to.equal(START_MS + 160_000);
	});

	it("ends a job whose life is over, gives its place back and counts it as a failure of ours", async () => {
		const { aws, clock, sweep, job, inFlight, lines } = jobsFixture();
		putJob(aws, aJob({ attempt: 3 }));
		clock.nowMs += DAY_MS;
		expect(await sweep()).to.deep.equal({ ...none, expired: 1 });
		expect(job(JOB_ID)).to.deep.include({
			state: "EXPIRED",
			endedAtMs: clock.nowMs,
			error: {
				code: "EXPIRED",
				message: "The job had not ended 24 hours after it was submitted; it was begun 3 times. Submit it again.",
			},
		});
		expect(job(JOB_ID)).to.not.have.any.keys("open", "dueAtMs", "request");
		expect(inFlight()).to.equal(0);
		expect(lines.metrics[0]).to.include({
			model: MODEL,
			version: "3",
			Requests: 1,
			Errors: 1,
			Slow: 1,
			Latency: DAY_MS,
		});
	});

	it("lets a redriven job live a whole life again", async () => {
		const { aws, clock, sweep } = jobsFixture();
		putJob(aws, aJob({ redrivenAtMs: START_MS + DAY_MS / 2 }));
		clock.nowMs += DAY_MS;
		expect(await sweep()).to.deep.equal({ ...none, resent: 1 });
		clock.nowMs += DAY_MS / 2 + 1;
		expect(await sweep()).to.deep.equal({ ...none, expired: 1 });
	});

	it("looks after no job later than the end of its life", async () => {
		const { aws, clock, sweep, job } = jobsFixture();
		putJob(aws);
		clock.nowMs += 0.75 * DAY_MS;
		expect(await sweep()).to.deep.equal({ ...none, resent: 1 });
		expect(job(JOB_ID)?.dueAtMs).to.equal(START_MS + DAY_MS);
	});

	it("ends a job even under a live lease, which fences its worker", async () => {
		const { aws, clock, sweep, job } = jobsFixture();
		putJob(aws, aJob({ state: "RUNNING", attempt: 1, leaseUntilMs: START_MS + DAY_MS + 30_000 }));
		clock.nowMs += DAY_MS;
		expect(await sweep()).to.deep.equal({ ...none, expired: 1 });
		expect(job(JOB_ID)?.state).to.equal("EXPIRED");
	});

	it("has callbacks sent that are due, each time twice as late", async () => {
		const { aws, clock, sweep, job } = jobsFixture();
		putJob(aws, endedJob("SUCCEEDED", { callback, open: CALLBACKS_OPEN, dueAtMs: START_MS + 62_000 }));
		clock.nowMs += 62_001;
		expect(await sweep()).to.deep.equal({ ...none, callbacks: 1 });
		const [message] = aws.sqs.messages(CALLBACKS);
		expect(message).to.deep.include({ groupId: "acme", body: JSON.stringify({ job: JOB_ID }) });
		expect(job(JOB_ID)?.dueAtMs).to.equal(clock.nowMs + 60_001);
	});

	it("does not send what another sweep has moved on meanwhile", async () => {
		const { aws, clock, sweep } = jobsFixture();
		putJob(aws);
		clock.nowMs += MINUTE_MS + 1;
		const counts = await Promise.all([sweep(), sweep(), sweep()]);
		expect(counts.map(({ resent }) => resent).sort()).to.deep.equal([0, 0, 1]);
		expect(aws.sqs.messages(QUEUE_A)).to.have.length(1);
	});

	it("reads page after page, and sends all of them", async () => {
		const { aws, clock, sweep } = jobsFixture();
		for (let i = 0; i < 130; i++) putJob(aws, another(i));
		aws.dynamodb.pageSize = 40;
		clock.nowMs += MINUTE_MS + 1;
		expect(await sweep()).to.deep.equal({ ...none, resent: 130 });
		expect(new Set(aws.sqs.messages(QUEUE_A).map(({ body }) => body)).size).to.equal(130);
	});

	it("stops in time and goes on the next time", async () => {
		const { aws, clock, sweep } = jobsFixture();
		for (let i = 0; i < 30; i++) putJob(aws, another(i));
		clock.nowMs += MINUTE_MS + 1;
		expect(await sweep(10_000)).to.deep.equal(none);
		expect(await sweep()).to.deep.equal({ ...none, resent: 30 });
	});

	it("counts what it could not send, says so, and tries again when it is due", async () => {
		const { aws, clock, sweep, lines } = jobsFixture();
		putJob(aws);
		aws.disturbances.set("SendMessage", "fail");
		clock.nowMs += MINUTE_MS + 1;
		expect(await sweep()).to.deep.equal({ ...none, failed: 1 });
		expect(lines.records[0]).to.include({ level: "ERROR", tenant: "acme", model: MODEL });
		aws.disturbances.clear();
		clock.nowMs += 2 * MINUTE_MS;
		expect(await sweep()).to.deep.equal({ ...none, resent: 1 });
	});

	it("goes on to the callbacks where a model's jobs cannot be read", async () => {
		const { aws, sweep } = jobsFixture();
		aws.disturbances.set("Query", "fail");
		expect(await sweep()).to.deep.equal({ ...none, failed: 2 });
		expect(aws.calls).to.deep.equal(["Query", "Query"]);
	});

	it("says what it did in one record, also where that is nothing", async () => {
		const { sweep, lines } = jobsFixture();
		await sweep();
		expect(lines.records[0]?.message).to.equal("sweep: 0 sent again, 0 expired, 0 callbacks sent, 0 failed");
	});
});
