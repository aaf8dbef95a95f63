/** A platform in the sandbox whose versions are trained and rolled out by the pipeline, under traffic that is counted. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RouteRecord } from "../../charter/registry.ts";
import type { JudgementRecord } from "../../charter/rollout.ts";
import { PlatformClient } from "../../cli/platform/client.ts";
import { requestByValues } from "../../cli/platform/heldout.ts";
import type { PipelineEnd } from "../../cli/platform/pipeline.ts";
import { reading } from "../../cli/platform/reading.ts";
import { readSettings } from "../../cli/settings.ts";
import { Steps } from "../../cli/steps.ts";
import { deploy, openOn, programIn } from "../../cli/story/deploy.ts";
import { onlyServed } from "../../cli/story/only.ts";
import { runModelPipeline } from "../../cli/story/pipeline-training.ts";
import { STACK, type Stage, setStage } from "../../cli/story/stage.ts";
import { type Platform, raise } from "../../cli/story/story.ts";
import { patient, startTraffic, type TrafficCounts } from "../../cli/story/traffic.ts";
import { CHECKOUT } from "./sandbox.ts";

const MODELS = "triplane:models";
const RPS = 120;
const AT_ONCE = 8;
/** For as long readers of a route may go by the one before. */
const ROUTE_KEPT_MS = 5_000;
const POLL_MS = 100;
/** Of one with its training; then a test says how far it got. */
const ROLLOUT_MAX_MS = 180_000;

/** How a version fared, and what its clients saw from before it had traffic till after the route had settled. */
export interface Fared {
	end: PipelineEnd;
	traffic: TrafficCounts;
}

export interface RolloutSandbox {
	stage: Stage;
	platform: Platform;
	/** Trains a version of the realtime sample with these arguments of the trainer, and rolls it out as the judge lets it. */
	rollOut(trainer: readonly string[], rps?: number): Promise<Fared>;
	/** Does something under traffic, and goes on until the route has settled and so many requests are sent. */
	underTraffic<T>(
		work: () => Promise<T>,
		requestsMin?: number,
		rps?: number,
	): Promise<{ done: T; traffic: TrafficCounts }>;
	/** What serves the sample. */
	route(): Promise<RouteRecord | undefined>;
	/** Another `rollout` of the model's settings, by an `up`; gives how many resources it changed. */
	reset(rollout: object): Promise<number>;
}

/** Raises it with the realtime sample alone; it ends with `scope`. */
export async function raiseRollouts(scope: AsyncDisposableStack): Promise<RolloutSandbox> {
	const steps = new Steps(process.stderr);
	const { config } = await readSettings(CHECKOUT, STACK);
	const stage = await setStage(CHECKOUT, scope, onlyServed(config, "realtime"));
	const platform = await raise(stage, steps);
	const { outputs, tenants, trained, registered } = platform;
	const client = new PlatformClient(outputs.url, tenants.at(-1)?.token ?? "");
	const request = (i: number) => requestByValues([patient(trained.heldout, i)]);
	const sandbox: RolloutSandbox = {
		stage,
		platform,
		async rollOut(trainer, rps) {
			let last = "no verdict yet";
			const onJudgement = ({ state, sentence }: JudgementRecord) => {
				last = `${state}: ${sentence}`;
			};
			const train = async () => {
				const late = new AbortController();
				const run = runModelPipeline(stage, outputs, registered.model, trainer, { say: () => undefined, onJudgement });
				const end = sleep(ROLLOUT_MAX_MS, undefined, { signal: late.signal }).then(() => {
					throw new Error(`Not decided in ${ROLLOUT_MAX_MS / 1000} s. ${last}`);
				});
				return Promise.race([run, end]).finally(() => late.abort());
			};
			const { done, traffic } = await sandbox.underTraffic(train, 0, rps);
			return { end: done.end, traffic };
		},
		async underTraffic(work, requestsMin = 0, rps = RPS) {
			const traffic = startTraffic(client, registered.model, request, { rps, atOnce: AT_ONCE });
			try {
				const done = await work();
				await sleep(ROUTE_KEPT_MS);
				while (traffic.counts.sent < requestsMin) await sleep(POLL_MS);
				return { done, traffic: await traffic.stop() };
			} finally {
				await traffic.stop();
			}
		},
		route: () => reading(stage.aws, outputs, (registry) => registry.route(registered.model)),
		async reset(rollout) {
			const changed = { ...stage, config: withRollout(stage.config, rollout) };
			const stack = await openOn(changed, "triplane", programIn(changed, "index.ts"));
			const { result } = await deploy(stack, () => undefined);
			const { same = 0, ...others } = result.changes;
			return Object.values(others).reduce((sum: number, count = 0) => sum + count, 0);
		},
	};
	return sandbox;
}

function withRollout(config: Readonly<Record<string, unknown>>, rollout: object): Record<string, unknown> {
	const models = config[MODELS];
	if (!Array.isArray(models)) throw new Error(`${MODELS} is no list.`);
	const changed = models.map((model: { rollout?: object }) => ({
		...model,
		rollout: { ...model.rollout, ...rollout },
	}));
	return { ...config, [MODELS]: changed };
}
