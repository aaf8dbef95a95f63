/** Whose fault it is when a call fails while the worker is on its way out; all else is in worker.test.ts, through the worker. */
import { expect } from "chai";
import { readInferBody } from "../../../functions/worker/infer-body.ts";
import type { InferOutcome } from "../../../functions/worker/ports.ts";
import { type JobResult, runBatch } from "../../../functions/worker/run-batch.ts";

const FAILED: InferOutcome = { kind: "failed", code: "UNAVAILABLE", message: "The server broke the call off." };

/** What becomes of one suspect job whose call fails; the worker's notice comes while the call is on its way, or later. */
async function resultOf({ attempt, noticeAfterMs }: { attempt: number; noticeAfterMs: number }): Promise<JobResult[]> {
	let nowMs = 0;
	const results: JobResult[] = [];
	const body = readInferBody('{"inputs":[]}');
	await runBatch([{ job: "j1", body, isSuspect: true, attempt, isVoid: false }], {
		server: { infer: async () => FAILED, isReady: async () => true },
		clock: {
			now: () => nowMs,
			pause: async (ms) => {
				nowMs += ms;
			},
		},
		model: "digit-reader",
		version: 1,
		isDraining: () => nowMs >= noticeAfterMs,
		report: (_, result) => results.push(result),
		onTooLarge: () => {},
		signal: new AbortController().signal,
	});
	return results;
}

describe("functions/worker/run-batch", () => {
	const unserved = [{ kind: "unserved", reason: "The server broke the call off." }];
	const failed = [{ kind: "failed", failure: { code: "UNAVAILABLE", message: "The server broke the call off." } }];

	it("counts a failed call against nobody where the worker was told to stop, also where it is told a moment later", async () => {
		expect(await resultOf({ attempt: 4, noticeAfterMs: 0 })).to.deep.equal(unserved);
		expect(await resultOf({ attempt: 20, noticeAfterMs: 200 })).to.deep.equal(unserved);
	});

	it("counts it where the task goes on", async () => {
		expect(await resultOf({ attempt: 4, noticeAfterMs: Number.POSITIVE_INFINITY })).to.deep.equal(failed);
	});

	it("believes no more than twenty interruptions", async () => {
		expect(await resultOf({ attempt: 21, noticeAfterMs: 0 })).to.deep.equal(failed);
	});
});
