/**
 * What follows from the settings of queued models by arithmetic, and what the functions of their path are told of them.
 * Pure, as derive.ts is for realtime ones.
 */
import { reservedConcurrency } from "./concurrency.ts";
import { SettingsError } from "./errors.ts";
import { JOB_LIMITS, SLOTS, type Slot } from "./jobs.ts";
import { API_INTEGRATION_TIMEOUT_MAX_MS, VISIBILITY_TIMEOUT_FACTOR } from "./limits.ts";
import { CANARY_SLOT, CHAMPION_SLOT } from "./rollout.ts";
import type { ModelSettings, Settings } from "./settings.ts";

/** A model whose requests become jobs. */
export type QueuedModel = ModelSettings & {
	serve: "queued";
	runtime: Extract<ModelSettings["runtime"], { kind: "ecs" | "sagemaker" }>;
};

export const isQueued = (model: ModelSettings): model is QueuedModel => model.serve === "queued";

export const queuedModels = (settings: Settings): QueuedModel[] => settings.models.filter(isQueued);

/** A queued model whose workers run on instances of the platform's own. */
export type EcsModel = QueuedModel & { runtime: Extract<QueuedModel["runtime"], { kind: "ecs" }> };

export const isOnEcs = (model: QueuedModel): model is EcsModel => model.runtime.kind === "ecs";

/** What functions are told of one model that has jobs, by its name, as JSON in their environment. */
export interface QueuedModelSettings {
	team: string;
	feature: string;
	/** URL of each slot's queue. */
	queues: Partial<Record<Slot, string>>;
	/** 95 % of the jobs are done within this time. */
	jobP95Seconds: number;
}

/** What the names and addresses of all models with jobs may take, of the 4 KB that Lambda gives a function's environment. */
const TOLD_MAX_BYTES = 3 * 1024;
/** The longest region's, and of the name what is added to the model's. */
const QUEUE_URL_EXTRA_BYTES =
	"https://sqs.ap-southeast-1.amazonaws.com.cn/123456789012/".length + "-overflow-queue-1234567".length;

/**
 * Whether what functions are told of models with jobs fits into their environment, with all slots: Lambda would refuse it
 * only when half of the stack is there.
 * @throws {SettingsError} that names the numbers
 */
export function assertModelsFit(
	models: readonly Pick<ModelSettings, "name" | "team" | "feature" | "slo" | "serve">[],
): void {
	const told = models.map(({ name, team, feature, serve, slo: { jobP95Seconds = 0 } }) => {
		const url = "x".repeat(QUEUE_URL_EXTRA_BYTES + name.length);
		// A realtime model's jobs need no second slot: who works on them serves every version.
		const slots: readonly Slot[] = serve === "queued" ? SLOTS : [CHAMPION_SLOT];
		const queues = Object.fromEntries(slots.map((slot) => [slot, url]));
		return [name, { team, feature, queues, jobP95Seconds } satisfies QueuedModelSettings] as const;
	});
	const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(told)));
	if (bytes > TOLD_MAX_BYTES)
		throw new SettingsError(
			`The ${models.length} models with jobs (serve: queued, or overflow: job) take ${bytes} bytes of their functions' environment, more than the ${TOLD_MAX_BYTES} that there are for them. Shorten the names of models, teams and features, or share the models between two stacks.`,
		);
}

/** Longest that the functions of the queued path may run, in seconds: `submit` as long as `Prefer: wait` may hold it. */
export const SUBMIT_TIMEOUT_SECONDS = JOB_LIMITS.waitMaxSeconds + 2;
/** All that a REST API gives: less than a cold start above {@link SUBMIT_TIMEOUT_SECONDS}, which a caller that waits must bear. */
export const SUBMIT_INTEGRATION_TIMEOUT_MS = API_INTEGRATION_TIMEOUT_MAX_MS;
export const JOBS_TIMEOUT_SECONDS = 5;
/** Done before the schedule's next minute. */
export const SWEEP_TIMEOUT_SECONDS = 50;
export const SWEEP_SCHEDULE = "rate(1 minute)";
export const CALLBACK_TIMEOUT_SECONDS = 30;

/** Callbacks in one invocation: they are sent side by side. */
export const CALLBACK_BATCH_SIZE = 10;
export const CALLBACK_VISIBILITY_SECONDS = VISIBILITY_TIMEOUT_FACTOR * CALLBACK_TIMEOUT_SECONDS;
/** Tries before a callback is set aside: an hour's worth of them. */
export const CALLBACK_RECEIVES_MAX = 20;
/** A callback that waits longer has been tried a few times: somebody should look. */
export const CALLBACK_AGE_MAX_SECONDS = 5 * CALLBACK_VISIBILITY_SECONDS;
/** As long as an ended job can be asked for. */
export const CALLBACK_RETENTION_SECONDS = JOB_LIMITS.keptSeconds;

/** A message that a worker has received and not yet claimed comes back after this. */
export const SLOT_VISIBILITY_SECONDS = 2 * JOB_LIMITS.leaseSeconds;
/** Far longer than a job lives. */
export const SLOT_RETENTION_SECONDS = 4 * 24 * 60 * 60;

/** Share of the submissions that hold on for their result by `Prefer: wait`, as far as the platform plans for it. */
const WAITING_SHARE = 0.2;
/** 95 % of the submissions that do not wait are answered within this time, their writes included. */
const SUBMIT_P95_MS = 250;
const JOBS_P95_MS = 100;
/** How often a job is asked for, after what `Retry-After` says. */
const POLLS_PER_JOB = 4;
/** One at a time: a second sweep would send again what the first has just sent. */
const SWEEP_RESERVED_CONCURRENCY = 1;
/** Slow receivers hold callbacks up, and nothing else. */
const CALLBACK_RESERVED_CONCURRENCY = 5;

/** Share of a realtime model's requests that become jobs where its settings let them, as far as the platform plans for it. */
const OVERFLOW_SHARE = 0.05;
/** 95 % of such jobs are worked on for no longer. */
const OVERFLOW_P95_MS = 5_000;
/** A job that takes longer is no work for a function. */
export const OVERFLOW_TIMEOUT_SECONDS = 60;
export const OVERFLOW_VISIBILITY_SECONDS = VISIBILITY_TIMEOUT_FACTOR * OVERFLOW_TIMEOUT_SECONDS;

/** Concurrency that the functions which jobs share reserve; `submit` is there only where there is a queued model. */
export interface QueuedCapacity {
	submit?: number;
	jobs: number;
	sweep: number;
	callback: number;
}

/** A realtime model whose requests may become jobs. */
type Overflowing = Pick<ModelSettings, "traffic">;

/** @returns undefined where no model has jobs */
export function planQueued(
	queued: readonly QueuedModel[],
	overflowing: readonly Overflowing[],
): QueuedCapacity | undefined {
	if (queued.length + overflowing.length === 0) return undefined;
	const waitMs = ({ slo }: QueuedModel) => Math.min(JOB_LIMITS.waitMaxSeconds, jobP95Seconds(slo)) * 1000;
	const submissions = queued.flatMap((model) => [
		{ peakRps: model.traffic.peakRps * (1 - WAITING_SHARE), p95Ms: SUBMIT_P95_MS },
		{ peakRps: model.traffic.peakRps * WAITING_SHARE, p95Ms: SUBMIT_P95_MS + waitMs(model) },
	]);
	return {
		...(queued.length > 0 ? { submit: reservedConcurrency(...submissions) } : {}),
		jobs: jobsConcurrency(queued, overflowing),
		sweep: SWEEP_RESERVED_CONCURRENCY,
		callback: CALLBACK_RESERVED_CONCURRENCY,
	};
}

/** Of the function that works on a realtime model's jobs. */
export const overflowConcurrency = ({ traffic }: Overflowing): number =>
	reservedConcurrency({ peakRps: traffic.peakRps * OVERFLOW_SHARE, p95Ms: OVERFLOW_P95_MS });

const jobsConcurrency = (queued: readonly QueuedModel[], overflowing: readonly Overflowing[]): number =>
	reservedConcurrency(
		...[
			...queued.map(({ traffic }) => traffic.peakRps),
			...overflowing.map(({ traffic }) => traffic.peakRps * OVERFLOW_SHARE),
		].map((jobsPerSecond) => ({ peakRps: jobsPerSecond * POLLS_PER_JOB, p95Ms: JOBS_P95_MS })),
	);

/** Calls about jobs that can be at the API's door at once: whoever waits for a job has passed it long since. */
export function queuedCallsAtOnce(queued: readonly QueuedModel[], overflowing: readonly Overflowing[]): number {
	const submissions = queued.map(({ traffic }) => ({ peakRps: traffic.peakRps, p95Ms: SUBMIT_P95_MS }));
	const polls = queued.length + overflowing.length > 0 ? jobsConcurrency(queued, overflowing) : 0;
	return polls + (queued.length > 0 ? reservedConcurrency(...submissions) : 0);
}

/** The settings' schema has checked that a queued model promises it. */
const jobP95Seconds = ({ jobP95Seconds = 0 }: QueuedModel["slo"]): number => jobP95Seconds;

/** Between what a worker service of one slot scales, and by what. */
export interface SlotScaling {
	/** Tasks that are always there; 0 where the promise leaves time to start an instance first. */
	minTasks: number;
	maxTasks: number;
	/** Jobs that may wait for each task: what it can do within the time that is promised, in full micro-batches. */
	backlogPerTask: number;
	/** Whether a lull ends tasks. A canary's are its rollout's to end: it has little traffic, and waits for evidence of it. */
	scalesIn: boolean;
}

/** From an empty group to the first job: alarm, instance, agent, images, model. */
export const COLD_START_SECONDS = 10 * 60;

/**
 * By `slo.p95Ms` as what a job takes in the model, alone or in a full micro-batch: a task with more waiting than it can run at
 * once does as many in that time as go into a batch.
 * @throws {SettingsError} where even all tasks with full micro-batches could not keep up with the peak
 */
export function planScaling({ name, runtime, slo, traffic }: EcsModel): SlotScaling {
	const jobSeconds = slo.p95Ms / 1000;
	const jobsPerSecond = (runtime.maxTasks * runtime.batchMaxSize) / jobSeconds;
	if (jobsPerSecond < traffic.peakRps)
		throw new SettingsError(
			`Model "${name}" can never keep up with its peak of ${traffic.peakRps} rps: its ${runtime.maxTasks} tasks with ${runtime.batchMaxSize} jobs in ${slo.p95Ms} ms do ${jobsPerSecond.toFixed(1)} jobs a second. Raise runtime.maxTasks or runtime.batchMaxSize, or lower slo.p95Ms to what the model needs for a batch.`,
		);
	return {
		minTasks: jobP95Seconds(slo) < COLD_START_SECONDS ? Math.min(runtime.onDemandBase, runtime.maxTasks) : 0,
		maxTasks: runtime.maxTasks,
		backlogPerTask: runtime.batchMaxSize * backlogPerServer(slo),
		scalesIn: true,
	};
}

/**
 * The canary's slot has no tasks but those that a rollout starts, and those that come for jobs which wait there.
 * @throws {SettingsError} as {@link planScaling}
 */
export const planSlot = (model: EcsModel, slot: Slot): SlotScaling =>
	slot === CANARY_SLOT ? { ...planScaling(model), minTasks: 0, scalesIn: false } : planScaling(model);

/** Jobs that may wait for whatever works on one after the other: what it can do within the time that is promised. */
export const backlogPerServer = (slo: QueuedModel["slo"]): number =>
	Math.max(1, Math.floor((jobP95Seconds(slo) * 1000) / slo.p95Ms));
