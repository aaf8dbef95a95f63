/** Rollouts of queued models in the sandbox: tasks come up, jobs are shared out and taken over, and none of them is lost. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { isEnded, type JobRecord } from "../../charter/jobs.ts";
import { CANARY_SLOT, CHAMPION_SLOT, type RolloutState, VARIANTS } from "../../charter/rollout.ts";
import { assertEqualsTrainer, type HeldoutRow } from "../../cli/platform/heldout.ts";
import type { PipelineEnd } from "../../cli/platform/pipeline.ts";
import { eventually } from "../support/eventually.ts";
import { countedEnds, jobRecords, placesOf, type SentJob, startJobs, takenOver } from "../support/job-traffic.ts";
import { type PipelinesSandbox, raisePipelines, type TrainedRun } from "../support/pipelines-sandbox.ts";
import { slowMs } from "../support/samples/slow.ts";

const SAMPLE = "digit-reader";
/** One rollout at a time each: while the slot of one settles, the next is rolled out. */
const FAILED = "failed-reader";
const SHADOWED = "shadowed-reader";
const TRAFFIC = { rps: 40, atOnce: 8 };
/** For as long as readers of a route may go by the one before, with some to spare. */
const ROUTE_KEPT_MS = 6_000;
/** Jobs may come into a canary's slot by a stale route for half a minute. */
const SETTLED_MS = 60_000;
const PATIENCE_MS = 90_000;
const POISON_EVERY = 2;
/** A batch of four takes so long, while twenty jobs come in a second: they wait longer and longer. */
const SLOW_MS = 600;
const DECIDED: readonly RolloutState[] = ["PROMOTED", "ROLLING_BACK"];

interface Fared {
	/** The rollout as it was decided; how it is brought to its end is `end`. */
	state: RolloutState;
	reason: string;
	sent: SentJob[];
	end: Promise<PipelineEnd>;
}

describe("Rollouts of queued models", function () {
	this.timeout(PATIENCE_MS);
	const scope = new AsyncDisposableStack();
	const runs = new Map<string, TrainedRun>();
	const sentAll: Record<string, number> = {};
	let sandbox: PipelinesSandbox;
	let first: TrainedRun;
	let second: TrainedRun;
	let failed: Fared;
	before(async () => {
		const reader =
			(name: string, mirrorPct = 0) =>
			(model: Readonly<Record<string, unknown>>) => ({
				...model,
				name,
				slo: { ...Object(model.slo), jobP95Seconds: 10, errorRate: 0.05 },
				// Small ones: a slow version must not make up for it by large batches.
				runtime: { ...Object(model.runtime), batchMaxSize: 4 },
				rollout: { weights: [50, 100], intervalSeconds: 1, mirrorPct, bounds: { disagreementRate: 0.2 } },
			});
		const readers = [reader(SAMPLE), reader(FAILED), reader(SHADOWED, 100)];
		sandbox = await raisePipelines(scope, (model) =>
			model.name === SAMPLE ? readers.map((named) => named(model)) : [],
		);
		first = await sandbox.train(SAMPLE);
		second = await sandbox.train(SAMPLE, ["--seed", "2"]);
		for (const model of [SAMPLE, FAILED, SHADOWED]) await register(model, first);
	});
	after(() => scope.disposeAsync());

	const register = async (model: string, trained: TrainedRun): Promise<number> => {
		const version = await sandbox.register(model, trained);
		runs.set(`${model} ${version}`, trained);
		return version;
	};
	const faulty = (...defect: string[]) => sandbox.train(SAMPLE, ["--seed", "2", "--defect", ...defect]);
	/** Held-out rows in turn. */
	const rows = (count: number) => (i: number) =>
		Array.from({ length: count }, (_, k) => first.heldout[(i * count + k) % first.heldout.length]).filter(
			(row) => row !== undefined,
		);
	/** From time to time an image as no digit has been. */
	const poison = (i: number): HeldoutRow[] =>
		rows(1)(i).map((row) => {
			if (i % POISON_EVERY !== 0) return row;
			return { id: "beyond", features: row.features.map((value) => value * 10), answers: {} };
		});

	/** Rolls a version out under jobs, which go on until its traffic is decided and whoever submits them knows the route. */
	const rollOut = async (model: string, version: number, about: (i: number) => HeldoutRow[]): Promise<Fared> => {
		const traffic = startJobs(sandbox.client(model), model, about, TRAFFIC);
		try {
			const execution = await sandbox.start(model, { version });
			const decided = Promise.withResolvers<{ state: RolloutState; reason: string }>();
			const end = sandbox.follow(model, execution, {
				onRollout: ({ state, reason = "" }) => {
					if (DECIDED.includes(state)) decided.resolve({ state, reason });
				},
			});
			end.then(
				({ status, cause, rollout }) => decided.reject(new Error(`${status} ${rollout?.state} ${cause}`)),
				(fault: unknown) => decided.reject(fault),
			);
			const { state, reason } = await decided.promise;
			await sleep(ROUTE_KEPT_MS);
			const sent = await traffic.stop();
			sentAll[model] = (sentAll[model] ?? 0) + sent.length;
			return { state, reason, sent, end };
		} finally {
			await traffic.stop();
		}
	};
	/** The records of jobs, once all of them have ended; those that succeeded have the answers of the version that they name. */
	const ended = async (model: string, sent: readonly SentJob[]): Promise<JobRecord[]> => {
		let found: JobRecord[] = [];
		await eventually(async () => {
			const kept = await jobRecords(sandbox.stage.aws, sandbox.outputs);
			found = sent.map(({ id }) => kept.get(id)).filter((record) => record !== undefined);
			const open = found.filter(({ state }) => !isEnded(state));
			expect(open.map(({ job, state, slot }) => `${job} is ${state} in ${slot}`)).to.deep.equal([]);
		}, SETTLED_MS);
		expect(found.map(({ job }) => job)).to.deep.equal(sent.map(({ id }) => id));
		for (const [i, { state, version, response = "" }] of found.entries()) {
			if (state !== "SUCCEEDED") continue;
			const known = runs.get(`${model} ${version}`)?.heldout ?? [];
			const asked = (sent[i]?.rows ?? []).map((row) => known.find(({ id }) => id === row.id) ?? row);
			assertEqualsTrainer({ status: 200, body: JSON.parse(response) }, asked);
		}
		return found;
	};
	const championIs = async (model: string, version: number) =>
		expect((await sandbox.read((registry) => registry.route(model)))?.variants).to.deep.equal([
			{ name: VARIANTS.champion, version, weight: 100, slot: CHAMPION_SLOT },
		]);
	const tasksOf = (model: string) =>
		sandbox.outputs.queuedModels
			.filter(({ name }) => name === model)
			.map(({ slot, service }) => {
				const tasks = sandbox.stage.cloud.ecsAgent.tasks().filter(({ group }) => group === `service:${service}`);
				return `${slot}: ${tasks.length}`;
			});
	/** Each job has ended once. */
	const hasCounted = (model: string, ...rollouts: { from: number; to: number }[]) =>
		eventually(async () => expect(await countedEnds(sandbox.stage.aws, model, rollouts)).to.equal(sentAll[model]));
	/** The canary's tasks are gone, and what is left is the champion's. */
	const isAtRest = (model: string) =>
		eventually(async () => {
			const rollout = await sandbox.read((registry) => registry.lastRollout(model));
			expect([rollout?.state, ...tasksOf(model)]).to.deep.equal(["ROLLED_BACK", "a: 1", "b: 0"]);
			expect(await sandbox.running(model)).to.deep.equal([]);
		}, SETTLED_MS);

	it("promotes a good version: both answer at first, then the new one alone, from the champion's slot", async () => {
		const version = await register(SAMPLE, second);
		const fared = await rollOut(SAMPLE, version, rows(1));
		expect(fared.state, fared.reason).to.equal("PROMOTED");
		// What is left to do in the canary's slot is left to the next rollout.
		for (const execution of await sandbox.running(SAMPLE)) await sandbox.stop(execution);
		await fared.end;
		await championIs(SAMPLE, version);
		const jobs = await ended(SAMPLE, fared.sent);
		expect(new Set(jobs.map(({ state }) => state))).to.have.all.keys("SUCCEEDED");
		expect(placesOf(jobs)).to.include.members(["champion v1 in a", "canary v2 in b", "champion v2 in a"]);
	});

	it("takes a version back that fails jobs, and goes on with that by itself where its pipeline is killed", async () => {
		const version = await register(FAILED, await faulty("errors"));
		failed = await rollOut(FAILED, version, poison);
		expect(failed.state).to.equal("ROLLING_BACK");
		expect(failed.reason).to.match(/errors|failed|dead letters/);
		await championIs(FAILED, 1);
		for (const execution of await sandbox.running(FAILED)) await sandbox.stop(execution);
		await failed.end;
		await sandbox.watch();
	});

	it("takes a version back that is slow, and the champion does what waits for it", async () => {
		const version = await register(SAMPLE, await faulty("slow", "--slow-ms", await slowMs(SLOW_MS, SAMPLE)));
		const fared = await rollOut(SAMPLE, version, rows(1));
		expect(fared.state).to.equal("ROLLING_BACK");
		expect(fared.reason).to.match(/slow answers/);
		await championIs(SAMPLE, 2);
		const jobs = await ended(SAMPLE, fared.sent);
		expect(new Set(jobs.map(({ state }) => state))).to.have.all.keys("SUCCEEDED");
		const moved = takenOver(fared.sent, jobs, version);
		expect(placesOf(moved)).to.deep.equal(["champion v2 in a"]);
	});

	it("has brought the slot of failed jobs to rest meanwhile, and none of them has failed but in it", async () => {
		await isAtRest(FAILED);
		const jobs = await ended(FAILED, failed.sent);
		const bad = jobs.filter(({ state }) => state !== "SUCCEEDED");
		expect(placesOf(bad)).to.deep.equal([`canary v2 in ${CANARY_SLOT}`]);
		await hasCounted(FAILED, { from: 1, to: 2 });
	});

	it("takes a version back that reads otherwise in the shadow, before any job is its own", async () => {
		const version = await register(SHADOWED, await faulty("skew"));
		const fared = await rollOut(SHADOWED, version, rows(4));
		expect(fared.state).to.equal("ROLLING_BACK");
		expect(fared.reason).to.match(/differs from version 1/);
		await championIs(SHADOWED, 1);
		const jobs = await ended(SHADOWED, fared.sent);
		expect(placesOf(jobs)).to.deep.equal(["champion v1 in a"]);
		expect(new Set(jobs.map(({ state }) => state))).to.have.all.keys("SUCCEEDED");
	});

	it("changes nothing by an up after all of this", async () => {
		await isAtRest(SAMPLE);
		await hasCounted(SAMPLE, { from: 1, to: 2 }, { from: 2, to: 3 });
		expect(await sandbox.up()).to.equal(0);
		await championIs(SAMPLE, 2);
		expect(tasksOf(SAMPLE)).to.deep.equal(["a: 1", "b: 0"]);
	});
});
