/** In which order a job's end is written, and what is left where a step fails: never a message too few. */
import { expect } from "chai";
import type { JobRecord } from "../../../charter/jobs.ts";
import type { Claims } from "../../../functions/shared/jobs/claims.ts";
import type { JobResult } from "../../../functions/worker/run-batch.ts";
import { type SettlePorts, settle } from "../../../functions/worker/settle.ts";
import type { Held } from "../../../functions/worker/work.ts";
import { memoryTelemetry } from "../../support/functions-telemetry.ts";
import { jobRecord } from "../../support/worker-memory.ts";

const callback = { url: "https://example.com", signingKey: "k" };
const done: JobResult = { kind: "done", response: '{"outputs":[]}' };
const refused: JobResult = { kind: "refused", failure: { code: "INVALID_REQUEST", message: "No." } };
const failed: JobResult = { kind: "failed", failure: { code: "INTERNAL", message: "It fell." } };
const unserved: JobResult = { kind: "unserved", reason: "Later." };

/** Settles one job over ports that note each step; `failing` throws, `lost` finds the claim gone. */
async function play(
	result: JobResult,
	{
		failing = "",
		lost = false,
		failures = 0,
		isDraining = false,
		isVoid = false,
		change = {} as Partial<JobRecord>,
	} = {},
) {
	const steps: string[] = [];
	const step = async (name: string): Promise<void> => {
		steps.push(name);
		if (name.split(" ")[0] === failing) throw new Error("down");
	};
	const { telemetry, lines } = memoryTelemetry();
	const claims: Claims = {
		claim: async () => ({ kind: "unknown" }),
		heartbeat: async () => ({ kind: "lost" }),
		commit: async (_, response) => {
			await step(`commit ${"response" in response ? "inline" : "stored"}`);
			return { kind: lost ? "lost" : "committed" };
		},
		fail: async (_, __, { isFinal, delaySeconds }) => {
			await step(`fail ${isFinal ? "final" : "again"} ${delaySeconds}`);
			const count = failures + 1;
			if (lost) return { kind: "lost" };
			return { kind: isFinal || count >= 3 ? "failed" : "requeued", failures: count };
		},
		release: async (_, seconds) => {
			await step(`release ${seconds}`);
			return { kind: lost ? "lost" : "released" };
		},
		markDeadLettered: () => step("mark"),
	};
	const ports: SettlePorts = {
		claims,
		queue: { remove: () => step("remove"), hide: (_, seconds) => step(`hide ${seconds}`) },
		outbox: {
			deadLetter: (_, { code, attempts }) => step(`deadLetter ${code} ${attempts}`),
			callback: () => step("callback"),
		},
		payloads: {
			writeResponse: async (_, response) => {
				await step("writeResponse");
				return { response };
			},
		},
		held: { letGo: async () => {} },
		log: telemetry.log,
		random: () => 0,
		isDraining: () => isDraining,
	};
	const job: Held = {
		delivery: { body: "{}", receipt: "r" },
		claim: jobRecord({ callback, attempt: 2, failures, state: "RUNNING", ...change }),
		isVoid,
	};
	const settled = await settle(job, result, ports);
	return { steps, kind: settled.kind, settled, records: lines.records };
}

describe("functions/worker/settle", () => {
	it("commits a result, then asks for the callback, then removes the message", async () => {
		expect(await play(done)).to.deep.include({
			kind: "succeeded",
			steps: ["writeResponse", "commit inline", "callback", "remove"],
		});
	});
	it("sets poison aside before its message goes", async () => {
		expect(await play(refused)).to.deep.include({
			kind: "failed",
			steps: ["fail final 2", "callback", "deadLetter INVALID_REQUEST 2", "mark", "remove"],
		});
		expect(await play(failed, { failures: 2 })).to.deep.include({
			kind: "failed",
			steps: ["fail again 8", "callback", "deadLetter INTERNAL 2", "mark", "remove"],
		});
	});
	it("sets no shadow's job aside: its message only goes", async () => {
		const change = { shadowOf: "another" };
		expect(await play(refused, { change })).to.deep.include({
			kind: "failed",
			steps: ["fail final 2", "callback", "remove"],
		});
	});
	it("knows of a job that has failed though its message could not be set aside, and leaves that to the next", async () => {
		const failure = { code: "INVALID_REQUEST", message: "No." };
		for (const [failing, steps] of [
			["deadLetter", ["fail final 2", "callback", "deadLetter INVALID_REQUEST 2"]],
			["mark", ["fail final 2", "callback", "deadLetter INVALID_REQUEST 2", "mark"]],
		] as const) {
			const played = await play(refused, { failing });
			expect(played.settled).to.deep.include({ kind: "unknown", failure });
			expect(played.steps).to.deep.equal(steps);
		}
		expect((await play(refused, { failing: "fail" })).settled)
			.to.include({ kind: "unknown" })
			.and.not.have.property("failure");
	});
	it("keeps what failed or was given back in the queue, for as long as it should wait", async () => {
		expect(await play(failed)).to.deep.include({ kind: "requeued", steps: ["fail again 2", "hide 2"] });
		expect(await play(failed, { failures: 1 })).to.deep.include({
			kind: "requeued",
			steps: ["fail again 4", "hide 4"],
		});
		expect(await play(unserved)).to.deep.include({ kind: "released", steps: ["release 2", "hide 2"] });
		expect(await play({ ...unserved, isDoubted: true })).to.deep.include({
			kind: "released",
			steps: ["release 4", "hide 4"],
		});
		expect(await play(unserved, { isDraining: true })).to.deep.include({
			kind: "released",
			steps: ["release 0", "hide 0"],
		});
	});
	it("touches neither message nor callback of a job that is no longer its own", async () => {
		expect(await play(done, { lost: true })).to.deep.include({
			kind: "lost",
			steps: ["writeResponse", "commit inline"],
		});
		expect(await play(refused, { lost: true })).to.deep.include({ kind: "lost", steps: ["fail final 2"] });
		expect(await play(unserved, { lost: true })).to.deep.include({ kind: "lost", steps: ["release 2"] });
		expect(await play(done, { isVoid: true })).to.deep.include({ kind: "lost", steps: [] });
	});
	it("removes no message while it is not known what became of the job", async () => {
		for (const [result, failing, steps] of [
			[done, "commit", ["writeResponse", "commit inline"]],
			[refused, "fail", ["fail final 2"]],
			[unserved, "release", ["release 2"]],
		] as const) {
			const played = await play(result, { failing });
			expect(played.steps).to.deep.equal(steps);
			expect(played.kind).to.equal("unknown");
			expect(played.records.at(-1)).to.deep.include({ level: "ERROR", message: "A job's end could not be written" });
		}
	});
	it("gives a job back whose response cannot be kept, and leaves to others what they repeat anyway", async () => {
		expect(await play(done, { failing: "writeResponse" })).to.deep.include({
			kind: "released",
			steps: ["writeResponse", "release 2", "hide 2"],
		});
		for (const failing of ["callback", "remove"])
			expect(await play(done, { failing })).to.deep.include({
				kind: "succeeded",
				steps: ["writeResponse", "commit inline", "callback", "remove"],
			});
	});
});
