/** Showing and cancelling jobs through the function's public door. */
import { expect } from "chai";
import { CALLBACKS_OPEN } from "../../../charter/jobs.ts";
import { acme, apiEvent, errorOf, lambdaContext } from "../../support/functions-api.ts";
import { aJob, bodyOf, endedJob, JOB_ID, jobsFixture, putJob, START_MS } from "../../support/functions-jobs.ts";

const callback = { url: "https://hooks.example.com/", signingKey: "secret" };
const umbrella = { ...acme, tenant: "umbrella" };

describe("functions/jobs", () => {
	it("shows a job that waits, with when to ask again: after half of its age", async () => {
		const { aws, clock, get } = jobsFixture();
		putJob(aws);
		clock.nowMs += 9_000;
		const answer = await get(JOB_ID);
		expect(answer.statusCode).to.equal(200);
		expect(answer.headers).to.include({ "retry-after": "5" });
		expect(bodyOf(answer)).to.include({ id: JOB_ID, state: "QUEUED" });
	});

	it("shows an ended job with its result, and nothing to ask again for", async () => {
		const { aws, get } = jobsFixture();
		putJob(aws, endedJob("SUCCEEDED"));
		const answer = await get(JOB_ID);
		expect(answer.body).to.include('"result":{"outputs":[{"name":"digit","data":[9007199254740993]}]}');
		expect(answer.headers).to.not.have.property("retry-after");
	});

	it("shows where a large result can be fetched", async () => {
		const { aws, get } = jobsFixture();
		const { response, ...job } = endedJob("SUCCEEDED", { responseKey: "jobs/acme/1/response-1.json" });
		putJob(aws, job);
		const url = new URL(String(bodyOf(await get(JOB_ID)).resultUrl));
		expect(url.pathname).to.equal("/jobs/acme/1/response-1.json");
		expect(url.searchParams.get("X-Amz-Expires")).to.equal("900");
	});

	it("says of another tenant's job what it says of none", async () => {
		const { aws, get, cancel } = jobsFixture();
		putJob(aws);
		const none = errorOf(await get(JOB_ID.replace("1", "2")));
		for (const answer of [await get(JOB_ID, umbrella), await cancel(JOB_ID, umbrella)])
			expect(errorOf(answer)).to.include({ status: 404, code: "NOT_FOUND" });
		expect(errorOf(await get(JOB_ID, umbrella)).error).to.equal(none.error.replace(/"[^"]+"/, `"${JOB_ID}"`));
	});

	it("forgets a job when its time is over, though DynamoDB has not deleted it yet", async () => {
		const { aws, clock, get } = jobsFixture();
		putJob(aws, endedJob("SUCCEEDED", { expiresAt: START_MS / 1_000 + 60 }));
		clock.nowMs += 59_000;
		expect((await get(JOB_ID)).statusCode).to.equal(200);
		clock.nowMs += 1_000;
		expect((await get(JOB_ID)).statusCode).to.equal(404);
	});

	it("cancels a job that waits: it ends, and its place and request are free", async () => {
		const { aws, clock, cancel, job, inFlight } = jobsFixture();
		putJob(aws);
		clock.nowMs += 5_000;
		const answer = await cancel(JOB_ID);
		expect(answer.statusCode).to.equal(200);
		expect(bodyOf(answer)).to.include({ state: "CANCELLED", endedAt: "2026-01-01T00:00:05.000Z" });
		const { open, dueAtMs, request, ...left } = aJob();
		expect(job(JOB_ID)).to.deep.equal({
			...left,
			state: "CANCELLED",
			endedAtMs: START_MS + 5_000,
			expiresAt: START_MS / 1_000 + 5 + 24 * 3_600,
		});
		expect(inFlight()).to.equal(0);
	});

	it("cancels a running job, whose worker is fenced from then on", async () => {
		const { aws, cancel, job } = jobsFixture();
		putJob(aws, aJob({ state: "RUNNING", attempt: 2, owner: "w", leaseUntilMs: START_MS + 30_000, progress: 0.5 }));
		expect((await cancel(JOB_ID)).statusCode).to.equal(200);
		expect(job(JOB_ID)).to.include({ state: "CANCELLED", attempt: 2 });
		expect(job(JOB_ID)).to.not.have.any.keys("owner", "leaseUntilMs", "progress");
	});

	it("answers a second cancellation as the first, and gives the place back once", async () => {
		const { aws, cancel, inFlight } = jobsFixture();
		putJob(aws);
		putJob(aws, aJob({ job: JOB_ID.replace("1", "2"), pk: `JOB#${JOB_ID.replace("1", "2")}` }));
		const first = await cancel(JOB_ID);
		expect(await cancel(JOB_ID)).to.deep.include({ statusCode: 200, body: first.body });
		expect(inFlight()).to.equal(1);
	});

	for (const state of ["SUCCEEDED", "FAILED", "EXPIRED"] as const)
		it(`cannot cancel a job that is ${state}`, async () => {
			const { aws, cancel, job } = jobsFixture();
			const before = putJob(aws, endedJob(state));
			const refused = errorOf(await cancel(JOB_ID));
			expect(refused).to.include({ status: 409, code: "CONFLICT" });
			expect(refused.error).to.include(`it is ${state}`);
			expect(job(JOB_ID)).to.deep.equal(before);
		});

	it("has the callback of a cancelled job told by the next sweep", async () => {
		const { aws, clock, cancel, job } = jobsFixture();
		putJob(aws, aJob({ callback }));
		clock.nowMs += 5_000;
		await cancel(JOB_ID);
		expect(job(JOB_ID)).to.include({ open: CALLBACKS_OPEN, dueAtMs: clock.nowMs });
		expect(bodyOf(await cancel(JOB_ID)).callback).to.deep.equal({ url: callback.url, state: "PENDING" });
	});

	it("answers 503 where the table cannot be reached", async () => {
		const { aws, get } = jobsFixture();
		putJob(aws);
		aws.disturbances.set("GetItem", "fail");
		expect(errorOf(await get(JOB_ID))).to.include({ status: 503, code: "UNAVAILABLE", retryAfter: "1" });
	});

	it("names both methods where neither was sent", async () => {
		const { jobsHandler } = jobsFixture();
		const event = { ...apiEvent({ method: "PATCH", resource: "/v2/jobs/{job}" }), pathParameters: { job: JOB_ID } };
		expect(errorOf(await jobsHandler(event, lambdaContext()))).to.include({ status: 405, allow: "GET, DELETE" });
	});
});
