/** Rollouts whose pipeline and functions are killed in the middle of them, again and again, under traffic: one consistent end. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { isRolloutEnded, VARIANTS } from "../../charter/rollout.ts";
import { errorsOf } from "../../cli/platform/error-counts.ts";
import { requestByValues } from "../../cli/platform/heldout.ts";
import { patient, startTraffic, type TrafficCounts } from "../../cli/story/traffic.ts";
import { seeded } from "../bench/seeded-counts.ts";
import { eventually } from "../support/eventually.ts";
import { killFunction } from "../support/kills.ts";
import { type PipelinesSandbox, raisePipelines, type TrainedRun } from "../support/pipelines-sandbox.ts";

const MODEL = "tumour-risk";
const TRAFFIC = { rps: 60, atOnce: 6 };
/** For as long as readers of a route may go by the one before, with some to spare. */
const ROUTE_KEPT_MS = 6_000;
const PATIENCE_MS = 120_000;
const KILLS_MAX = 4;
const PAUSE_MAX_MS = 3_000;
const KILLING_MAX_MS = 1_500;
const POLL_MS = 200;
const [FIRST, GOOD, BROKEN] = [1, 2, 3];

describe("Rollouts that are killed", function () {
	this.timeout(PATIENCE_MS);
	const scope = new AsyncDisposableStack();
	const seed = Number(process.env.KILLS_SEED ?? Date.now() % 100_000);
	const random = seeded(seed);
	let sandbox: PipelinesSandbox;
	let trained: TrainedRun;
	before(async () => {
		sandbox = await raisePipelines(scope, (model) => {
			if (model.name !== MODEL) return [];
			const rollout = { weights: [50, 100], intervalSeconds: 1 };
			return [{ ...model, slo: { ...Object(model.slo), errorRate: 0.05 }, rollout }];
		});
		trained = await sandbox.train(MODEL);
		const others = [
			["--seed", "2"],
			["--seed", "2", "--defect", "errors"],
		].map((more) => sandbox.train(MODEL, more));
		const runs = [trained, ...(await Promise.all(others))];
		const versions: number[] = [];
		for (const run of runs) versions.push(await sandbox.register(MODEL, run));
		expect(versions).to.deep.equal([FIRST, GOOD, BROKEN]);
	});
	after(() => scope.disposeAsync());

	const last = () => sandbox.read((registry) => registry.lastRollout(MODEL));
	const isOver = async (version: number): Promise<boolean> => {
		const rollout = await last();
		return rollout?.to === version && isRolloutEnded(rollout.state);
	};
	const running = () => sandbox.running(MODEL);

	/** Goes on with what a kill has left: as the schedule does, or, where that has done it this minute, as a person does. */
	const goOn = async (version: number) => {
		await sandbox.watch();
		if ((await running()).length === 0 && !(await isOver(version))) await sandbox.start(MODEL, { version });
	};
	const killSomething = async (): Promise<string> => {
		const { state } = (await last()) ?? {};
		const [execution] = await running();
		if (execution && random() < 0.5) {
			await sandbox.stop(execution);
			return `execution in ${state ?? "no rollout yet"}`;
		}
		const name = random() < 0.5 ? (sandbox.outputs.rolloutFunction ?? "") : "judge-";
		const killed = await killFunction(sandbox.stage.run, name, random() * KILLING_MAX_MS, random);
		return `${killed} of ${name} in ${state ?? "no rollout yet"}`;
	};

	/** Rolls a version out, kills on the way, and goes on until it has ended; its clients ask all the while. */
	const rollOutAndKill = async (version: number): Promise<TrafficCounts> => {
		const request = (i: number) => requestByValues([patient(trained.heldout, i)]);
		const traffic = startTraffic(sandbox.client(MODEL), MODEL, request, TRAFFIC);
		const killed: string[] = [];
		try {
			await sandbox.start(MODEL, { version });
			for (let kill = 0; kill < KILLS_MAX && !(await isOver(version)); kill++) {
				await sleep(random() ** 2 * PAUSE_MAX_MS);
				killed.push(await killSomething());
				await goOn(version);
			}
			while (!(await isOver(version)) || (await running()).length > 0) {
				await goOn(version);
				await sleep(POLL_MS);
			}
			await sleep(ROUTE_KEPT_MS);
			return await traffic.stop();
		} finally {
			await traffic.stop();
			process.stderr.write(
				`      seed ${seed}, version ${version}: killed ${killed.join("; ")}; ${traffic.counts.sent} requests\n`,
			);
		}
	};

	const serves = async (champion: number, previous: number) => {
		const { route, aliases, rollouts, judgements } = await sandbox.read(async (registry) => {
			const rollouts = await registry.rollouts(MODEL);
			return {
				...{ route: await registry.route(MODEL), aliases: await registry.aliases(MODEL), rollouts },
				judgements: await Promise.all(rollouts.map(({ rollout }) => registry.judgements(MODEL, rollout))),
			};
		});
		expect(route?.variants).to.deep.equal([{ name: VARIANTS.champion, version: champion, weight: 100 }]);
		expect(aliases).to.deep.equal({ champion, previous });
		expect(rollouts.map(({ rollout }) => rollout)).to.deep.equal(rollouts.map((_, i) => i + 1));
		for (const [i, rollout] of rollouts.entries()) {
			expect(isRolloutEnded(rollout.state)).to.equal(true);
			expect(rollout.reason).to.be.a("string");
			expect(rollout.untold).to.equal(undefined);
			expect(judgements[i]).to.have.length(rollout.judgements);
		}
		expect(await running()).to.deep.equal([]);
	};

	it("promotes a good version in spite of it, and no request fails", async () => {
		const traffic = await rollOutAndKill(GOOD);
		expect((await last())?.state, (await last())?.reason).to.equal("PROMOTED");
		await serves(GOOD, FIRST);
		expect(traffic.failures).to.deep.equal([]);
	});

	it("goes back to the version before in the same way", async () => {
		const traffic = await rollOutAndKill(FIRST);
		expect((await last())?.state, (await last())?.reason).to.equal("PROMOTED");
		await serves(FIRST, GOOD);
		expect(traffic.failures).to.deep.equal([]);
	});

	it("takes a version back that fails requests, and none fails but its own", async () => {
		const sinceMs = Date.now();
		const traffic = await rollOutAndKill(BROKEN);
		expect((await last())?.state).to.equal("ROLLED_BACK");
		await serves(FIRST, GOOD);
		const arms = [
			{ version: BROKEN, variant: VARIANTS.canary },
			{ version: FIRST, variant: VARIANTS.champion },
		];
		const failed = () => errorsOf(sandbox.stage.aws, MODEL, arms, sinceMs);
		await eventually(async () => expect(await failed()).to.deep.equal([traffic.failures.length, 0]));
		expect(traffic.failures.length).to.be.above(0);
	});
});
