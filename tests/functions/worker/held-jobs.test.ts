/** What bounds and keeps a worker's jobs: heartbeats, bytes, and the protection of its task. */
import { expect } from "chai";
import fc from "fast-check";
import type { HeartbeatOutcome } from "../../../functions/shared/jobs/claims.ts";
import { createByteBudget } from "../../../functions/worker/byte-budget.ts";
import { createHeldJobs, VISIBILITY_SECONDS } from "../../../functions/worker/held-jobs.ts";
import { createProtection } from "../../../functions/worker/protection.ts";
import type { Held } from "../../../functions/worker/work.ts";
import { memoryTelemetry } from "../../support/functions-telemetry.ts";
import { jobRecord } from "../../support/worker-memory.ts";

const soon = () => new Promise((resolve) => setImmediate(resolve));
const heldJob = (job: string): Held => ({
	delivery: { body: "", receipt: job },
	claim: jobRecord({ job }),
	isVoid: false,
});

describe("functions/worker/held-jobs", () => {
	const setUp = (answers: Record<string, () => Promise<HeartbeatOutcome>> = {}) => {
		const { telemetry, lines } = memoryTelemetry();
		const [beaten, hidden, lost]: [string[], [string, number][], string[]] = [[], [], []];
		const held = createHeldJobs({
			log: telemetry.log,
			claims: {
				heartbeat: async ({ job }) => {
					beaten.push(job);
					return answers[job]?.() ?? { kind: "extended", untilMs: 0 };
				},
			},
			queue: { hide: async ({ receipt }, seconds) => void hidden.push([receipt, seconds]) },
			onLost: ({ claim }) => lost.push(claim.job),
		});
		return { held, beaten, hidden, lost, records: lines.records };
	};

	it("extends lease and message of what is held, and of nothing else", async () => {
		const { held, beaten, hidden } = setUp();
		const [a, b] = [heldJob("a"), heldJob("b")];
		held.hold(a);
		held.hold(b);
		await held.beat();
		await held.letGo(a);
		await held.beat();
		expect(beaten).to.deep.equal(["a", "b", "b"]);
		expect(hidden).to.deep.equal(["a", "b", "b"].map((job) => [job, VISIBILITY_SECONDS]));
		expect(held.size).to.equal(1);
	});
	it("drops what was lost, once, and keeps what could not be told this time", async () => {
		const { held, lost, records } = setUp({
			a: async () => ({ kind: "lost" }),
			b: async () => {
				throw new Error("down");
			},
		});
		const [a, b] = [heldJob("a"), heldJob("b")];
		held.hold(a);
		held.hold(b);
		await held.beat();
		await held.beat();
		expect(lost).to.deep.equal(["a"]);
		expect([a.isVoid, b.isVoid, held.size]).to.deep.equal([true, false, 1]);
		expect(records.map(({ message }) => message)).to.deep.equal(Array(2).fill("A lease could not be extended"));
	});
	it("lets go only when no heartbeat is under way, and takes its late answer for nothing", async () => {
		const { promise, resolve } = Promise.withResolvers<HeartbeatOutcome>();
		const { held, lost } = setUp({ a: () => promise });
		const a = heldJob("a");
		held.hold(a);
		const beating = held.beat();
		await soon();
		let isLetGo = false;
		const lettingGo = held.letGo(a).then(() => {
			isLetGo = true;
		});
		await soon();
		expect(isLetGo).to.equal(false);
		resolve({ kind: "lost" });
		await Promise.all([beating, lettingGo]);
		expect([lost, a.isVoid]).to.deep.equal([[], false]);
	});
});

describe("functions/worker/byte-budget", () => {
	it("never holds more than its bytes, but for one that is larger alone, and lets all in, in their order", () =>
		fc.assert(
			fc.asyncProperty(
				fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 30 }),
				fc.scheduler(),
				async (sizes, scheduler) => {
					const budget = createByteBudget(100);
					const entered: number[] = [];
					const inside = new Set<number>();
					const work = sizes.map(async (bytes, i) => {
						const free = await budget.take(bytes);
						entered.push(i);
						inside.add(i);
						const sum = [...inside].reduce((total, j) => total + (sizes[j] ?? 0), 0);
						expect(inside.size === 1 || budget.inUse <= 100).to.equal(true);
						expect(budget.inUse).to.be.at.least(sum);
						await scheduler.schedule(Promise.resolve());
						inside.delete(i);
						free();
						free();
					});
					await scheduler.waitFor(Promise.all(work));
					expect(entered).to.deep.equal(sizes.map((_, i) => i));
					expect(budget.inUse).to.equal(0);
				},
			),
		));
});

describe("functions/worker/protection", () => {
	const setUp = (fails = () => false) => {
		const clock = { nowMs: 0 };
		const said: boolean[] = [];
		const protection = createProtection({
			clock: { now: () => clock.nowMs },
			log: memoryTelemetry().telemetry.log,
			port: {
				protect: async (isOn) => {
					if (fails()) throw new Error("no agent");
					said.push(isOn);
				},
			},
		});
		const at = async (ms: number, isBusy: boolean) => {
			clock.nowMs = ms;
			protection.update(isBusy);
			await soon();
		};
		return { protection, said, at };
	};

	it("is said once while there is work, again before it expires, and taken back after a while without", async () => {
		const { said, at } = setUp();
		await at(0, false);
		for (const ms of [1, 100, 60_000]) await at(ms, true);
		expect(said).to.deep.equal([true]);
		await at(1_800_001, true);
		expect(said).to.deep.equal([true, true]);
		await at(1_810_000, false);
		expect(said).to.deep.equal([true, true]);
		await at(1_816_000, false);
		expect(said).to.deep.equal([true, true, false]);
	});
	it("is taken back again soon where the agent did not take that: an idle task must not stay for an hour", async () => {
		let isDown = false;
		const { said, at } = setUp(() => isDown);
		await at(0, true);
		isDown = true;
		await at(16_000, false);
		expect(said).to.deep.equal([true]);
		isDown = false;
		await at(25_000, false);
		expect(said).to.deep.equal([true]);
		await at(26_000, false);
		expect(said).to.deep.equal([true, false]);
		await at(3_600_000, false);
		expect(said).to.deep.equal([true, false]);
	});
	it("is said again soon where the agent did not take it, and taken back at the end", async () => {
		let isDown = true;
		const { protection, said, at } = setUp(() => isDown);
		await at(0, true);
		isDown = false;
		await at(9_000, true);
		expect(said).to.deep.equal([]);
		await at(10_000, true);
		expect(said).to.deep.equal([true]);
		await protection.end();
		expect(said).to.deep.equal([true, false]);
	});
});
