/** Whose fault it is when a call fails while the worker is on its way out; all else is in worker.test.ts, through the worker. */
import { expect } from "chai";
import { createEvidence, type Evidence } from "../../../functions/worker/evidence.ts";
import { readInferBody } from "../../../functions/worker/infer-body.ts";
import type { InferOutcome } from "../../../functions/worker/ports.ts";
import { type JobResult, runBatch } from "../../../functions/worker/run-batch.ts";

const FAILED: InferOutcome = { kind: "failed", code: "UNAVAILABLE", message: "The server broke the call off." };

/** What becomes of one job that comes alone and whose call fails; the worker's notice comes while the call is on its way, or later. */
async function resultOf({
	attempt,
	noticeAfterMs = Number.POSITIVE_INFINITY,
	evidence = createEvidence(),
}: {
	attempt: number;
	noticeAfterMs?: number;
	evidence?: Evidence;
}): Promise<JobResult[]> {
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
		evidence,
		isDraining: () => nowMs >= noticeAfterMs,
		report: (_, result) => results.push(result),
		onTooLarge: () => {},
		signal: new AbortController().signal,
	});
	return results;
}

describe("functions/worker/run-batch", () => {
	const unserved = [{ kind: "unserved", reason: "The server broke the call off." }];
	const doubted = [{ ...unserved[0], isDoubted: true }];
	const failed = [{ kind: "failed", failure: { code: "UNAVAILABLE", message: "The server broke the call off." } }];

	it("counts a failed call against nobody where the worker was told to stop, also where it is told a moment later", async () => {
		expect(await resultOf({ attempt: 4, noticeAfterMs: 0 })).to.deep.equal(unserved);
		expect(await resultOf({ attempt: 20, noticeAfterMs: 200 })).to.deep.equal(unserved);
	});

	it("counts it where the task goes on and the server has answered another job since the first of its failures", async () => {
		const evidence = createEvidence();
		expect(await resultOf({ attempt: 1, evidence })).to.deep.equal(doubted);
		expect(await resultOf({ attempt: 2, evidence })).to.deep.equal(doubted);
		evidence.answered("j2");
		expect(await resultOf({ attempt: 3, evidence })).to.deep.equal(failed);
	});

	it("takes no answer for proof that came before, or to the job itself", async () => {
		const evidence = createEvidence();
		evidence.answered("j2");
		expect(await resultOf({ attempt: 1, evidence })).to.deep.equal(doubted);
		evidence.answered("j1");
		expect(await resultOf({ attempt: 1, evidence })).to.deep.equal(doubted);
	});

	it("believes no more than twenty interruptions, nor failures of a server that has answered nobody else", async () => {
		expect(await resultOf({ attempt: 21, noticeAfterMs: 0 })).to.deep.equal(failed);
		expect(await resultOf({ attempt: 20 })).to.deep.equal(doubted);
		expect(await resultOf({ attempt: 21 })).to.deep.equal(failed);
	});

	it("remembers the last thousand jobs that failed, and no more", () => {
		const evidence = createEvidence();
		for (let i = 0; i <= 1_000; i++) evidence.failed(`j${i}`, false);
		evidence.answered("other");
		expect([evidence.failed("j1000", false), evidence.failed("j0", false)]).to.deep.equal([true, false]);
	});
});
