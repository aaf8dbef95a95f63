/** What a tenant sees of a job in each of its states. */
import { expect } from "chai";
import { CALLBACKS_OPEN } from "../../../../charter/jobs.ts";
import { jobView, jobViewText, pollSeconds } from "../../../../functions/shared/jobs/job-view.ts";
import { aJob, endedJob, JOB_ID, START_MS } from "../../../support/functions-jobs.ts";

const payloads = { getUrl: async (key: string, seconds: number) => `https://bucket/${key}?for=${seconds}` };
const waiting = { id: JOB_ID, model: "tumour-risk", version: "3", createdAt: "2026-01-01T00:00:00.000Z" };
const callback = { url: "https://hooks.example.com/", signingKey: "secret" };

describe("functions/shared/jobs/job-view", () => {
	it("shows a waiting job without anything of its inside", () => {
		expect(jobView(aJob())).to.deep.equal({ ...waiting, state: "QUEUED" });
	});

	it("shows when a running job was begun, and how far it is", () => {
		const running = aJob({ state: "RUNNING", startedAtMs: START_MS + 500, progress: 0.25, owner: "w", attempt: 1 });
		expect(jobView(running)).to.deep.equal({
			...waiting,
			state: "RUNNING",
			startedAt: "2026-01-01T00:00:00.500Z",
			progress: 0.25,
		});
	});

	it("has the result with all digits of its 64-bit integers", async () => {
		const text = await jobViewText(endedJob("SUCCEEDED"), payloads);
		expect(text).to.equal(
			`{"id":"${JOB_ID}","model":"tumour-risk","version":"3","state":"SUCCEEDED","createdAt":"2026-01-01T00:00:00.000Z","startedAt":"2026-01-01T00:00:01.000Z","endedAt":"2026-01-01T00:00:02.000Z","result":{"outputs":[{"name":"digit","data":[9007199254740993]}]}}`,
		);
	});

	it("has the presigned URL of a large result instead", async () => {
		const { response, ...job } = endedJob("SUCCEEDED", { responseKey: "jobs/acme/1/response-1.json" });
		const view = JSON.parse(await jobViewText(job, payloads));
		expect(view.resultUrl).to.equal("https://bucket/jobs/acme/1/response-1.json?for=900");
		expect(view).to.not.have.property("result");
	});

	it("has a failed job's error", () => {
		expect(jobView(endedJob("FAILED")).error).to.deep.equal({ code: "INVALID_REQUEST", message: "It is no image." });
	});

	it("shows how far the callback is, and never its key", async () => {
		const states = [
			aJob({ callback }),
			endedJob("SUCCEEDED", { callback, open: CALLBACKS_OPEN }),
			endedJob("SUCCEEDED", { callback }),
			endedJob("SUCCEEDED", { callback, callbackGivenUpAtMs: START_MS }),
		];
		const shown = states.map((job) => jobView(job).callback?.state);
		expect(shown).to.deep.equal(["PENDING", "PENDING", "SETTLED", "GIVEN_UP"]);
		for (const job of states) expect(await jobViewText(job, payloads)).to.not.include("secret");
	});

	it("bids to ask again after half of what it takes, from a second to half a minute", () => {
		expect([0, 1, 2.1, 20, 60, 1_000].map(pollSeconds)).to.deep.equal([1, 1, 2, 10, 30, 30]);
	});
});
