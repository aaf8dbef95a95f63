import { expect } from "chai";
import type { Answer } from "../../../cli/platform/client.ts";
import { awaitJobs, submitJob } from "../../../cli/platform/job-client.ts";
import { failureOf } from "../../support/failure.ts";

const answer = (status: number, body: unknown): Answer => ({
	status,
	body,
	requestId: "r",
	traceId: "t",
	retryAfterSeconds: undefined,
	latencyMs: 1,
});
const view = (id: string, state: string) => ({ id, state, createdAt: "2026-01-01T00:00:00.000Z" });
const quick = { pollMs: 1, timeoutMs: 5_000 };

/** A platform whose jobs end after they were asked for so many times, in the order of their ids. */
function platform(asks: number) {
	const asked: string[] = [];
	return {
		asked,
		get: async (path: string) => {
			asked.push(path);
			const id = path.replace("/v2/jobs/", "");
			const times = asked.filter((other) => other === path).length;
			return answer(200, view(id, times > asks ? "SUCCEEDED" : "QUEUED"));
		},
	};
}

describe("cli/platform/job-client", () => {
	it("submits under a key, and gives the id of the job", async () => {
		const sent: unknown[] = [];
		const client = {
			infer: async (...call: unknown[]) => {
				sent.push(call);
				return answer(202, view("job-1", "QUEUED"));
			},
		};
		expect(await submitJob(client, "digit-reader", { inputs: [] }, "key-1")).to.equal("job-1");
		expect(sent).to.deep.equal([["digit-reader", { inputs: [] }, { "idempotency-key": "key-1" }]]);
	});

	it("says what the API answered where it accepts no job", async () => {
		const client = { infer: async () => answer(429, { error: "too many" }) };
		expect(await failureOf(submitJob(client, "digit-reader", { inputs: [] }, "key-1"))).to.equal(
			'A job for digit-reader was answered with 429: {"error":"too many"}',
		);
	});

	it("asks for a job until it has ended, and not yet for those after it", async () => {
		const client = platform(1);
		const progress: number[] = [];
		const jobs = await awaitJobs(client, ["a", "b"], { ...quick, onProgress: (ended) => progress.push(ended) });
		expect([...jobs].map(([id, { state }]) => [id, state])).to.deep.equal([
			["a", "SUCCEEDED"],
			["b", "SUCCEEDED"],
		]);
		expect(client.asked).to.deep.equal(["/v2/jobs/a", "/v2/jobs/a", "/v2/jobs/b", "/v2/jobs/b"]);
		expect(progress).to.deep.equal([1, 2]);
	});

	it("names the jobs that do not end in time", async () => {
		const failure = await failureOf(awaitJobs(platform(1e9), ["a", "b"], { pollMs: 1, timeoutMs: 20 }));
		expect(failure).to.equal("2 of 2 jobs have not ended within 0.02 s: a, b.");
	});

	it("says what the API answered where a job cannot be read", async () => {
		const client = { get: async () => answer(404, { error: "no such job" }) };
		const failed = awaitJobs(client, ["a"], quick);
		expect(await failureOf(failed)).to.equal('The job a was answered with 404: {"error":"no such job"}');
	});
});
