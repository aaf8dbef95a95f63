/**
 * Two workers that are killed, drained and replaced at random, over stores that fail and lose answers, with duplicates, poison and a
 * model server that goes down: every job ends exactly once, with its own result. Time runs a thousand times as fast.
 */
import { expect } from "chai";
import fc from "fast-check";
import type { JobRecord } from "../../../charter/jobs.ts";
import type { InferOutcome } from "../../../functions/worker/ports.ts";
import { answered, numbersRequest, ScriptedServer, twice, until, workerRig } from "../../support/worker-rig.ts";
import { troubled } from "../../support/worker-trouble.ts";

const SPEED = 1_000;
const POISON = 666;
const FAULTS_PERCENT = 5;

const event = fc.record({
	do: fc.constantFrom("kill", "drain", "serverDown", "serverFails"),
	worker: fc.nat(1),
	afterMs: fc.integer({ min: 500, max: 20_000 }),
});
const job = fc.record({
	isPoison: fc.boolean(),
	copies: fc.integer({ min: 1, max: 3 }),
	rows: fc.integer({ min: 1, max: 3 }),
});

describe("functions/worker, killed and drained at random", () => {
	it("ends every job once, gives each its own result and sets all poison aside", () =>
		fc.assert(
			fc.asyncProperty(
				fc.array(job, { minLength: 5, maxLength: 40 }),
				fc.array(event, { minLength: 2, maxLength: 8 }),
				fc.infiniteStream(fc.nat(99)),
				async (jobs, events, chances) => {
					let [isFailing, isCalm] = [false, false];
					const failed: InferOutcome = { kind: "failed", code: "INTERNAL", message: "It fell over." };
					const server = new ScriptedServer(async (call, values) => {
						await rig.clock.pause(1_000 + 100 * values.length);
						if (values.includes(POISON)) return { kind: "refused", message: "666 is not served." };
						return isFailing ? failed : twice(call);
					});
					const rig = workerRig({ speed: SPEED, server });
					const records: JobRecord[] = jobs.map(({ isPoison, copies, rows }, i) => {
						const values = Array.from({ length: rows }, (_, row) => i * 1000 + row);
						return rig.submit(
							{ tenant: `tenant-${i % 3}`, request: numbersRequest(...values, ...(isPoison ? [POISON] : [])) },
							copies,
						);
					});
					const fails = () => {
						const chance = chances.next().value ?? 0;
						if (isCalm || chance >= FAULTS_PERCENT) return "no";
						return chance % 2 === 0 ? "before" : "after";
					};
					const startOne = () => {
						const { ports, trouble } = troubled(rig.ports, fails);
						return { ...rig.start({ batchMaxSize: 4 }, ports), kill: trouble.kill };
					};
					const workers = [startOne(), startOne()];
					for (const { do: what, worker, afterMs } of events) {
						await rig.clock.pause(afterMs);
						const victim = workers[worker] ?? startOne();
						if (what === "kill") victim.kill();
						if (what === "drain") victim.drain();
						if (what === "kill" || what === "drain") workers[worker] = startOne();
						server.isUp = what !== "serverDown";
						isFailing = what === "serverFails";
					}
					[isCalm, isFailing, server.isUp] = [true, false, true];
					await until(() => rig.queue.messages.size === 0);
					await Promise.all(workers.map(({ stop }) => stop()));

					for (const [i, { job: id }] of records.entries()) {
						const record = rig.jobs.records.get(id);
						expect(rig.jobs.commits.get(id) ?? 0).to.equal(jobs[i]?.isPoison ? 0 : 1);
						if (jobs[i]?.isPoison) {
							expect(record).to.include({ state: "FAILED" }).and.have.property("deadLetteredAtMs");
							expect(rig.outbox.deadLetters.some(({ body }) => JSON.parse(body).job === id)).to.equal(true);
							continue;
						}
						expect(record).to.include({ state: "SUCCEEDED" });
						const { inputs } = JSON.parse(records[i]?.request ?? "");
						expect(answered(record)).to.deep.equal(inputs[0].data.map((value: number) => 2 * value));
					}
					expect([...rig.jobs.inFlight.values()].every((places) => places === 0)).to.equal(true);
				},
			),
			{ numRuns: 15 },
		)).timeout(120_000);
});
