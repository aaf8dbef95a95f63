/**
 * Rollouts: the record of one, its life, its judgements, and what the pipeline's steps say to each other. Types, keys and pure
 * functions only; functions/rollout moves a rollout from state to state by conditional writes on what is written here.
 *
 * A rollout's life. Each arrow is one transaction on the rollout's record and, where traffic moves, the model's route:
 *
 *     AWAITING_APPROVAL? → DEPLOYING → SHADOWING? → SHIFTING (weight by weight) → FINALIZING → PROMOTED
 *     any of these before PROMOTED → ROLLING_BACK → ROLLED_BACK
 *
 * ROLLING_BACK has the champion's route already: what is left is to redrive the canary's queue and to stop its tasks.
 * A queued model's champion is always served in slot "a", its canary in slot "b": FINALIZING moves the version over.
 */
import type { Slot } from "./jobs.ts";
import { VISIBILITY_TIMEOUT_FACTOR } from "./limits.ts";
import type { RouteVariant } from "./registry.ts";
import type { RolloutSettings, Sticky } from "./rollout-settings.ts";
import type { ModelSettings } from "./settings.ts";

export const ROLLOUT_STATES = [
	"AWAITING_APPROVAL",
	"DEPLOYING",
	"SHADOWING",
	"SHIFTING",
	"FINALIZING",
	"PROMOTED",
	"ROLLING_BACK",
	"ROLLED_BACK",
] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];
export const isRolloutEnded = (state: RolloutState): boolean => state === "PROMOTED" || state === "ROLLED_BACK";

/** What serves the champion of a queued model, and what its canary. */
export const CHAMPION_SLOT: Slot = "a";
export const CANARY_SLOT: Slot = "b";

/** Names of a route's variants, which are also a metric's dimension. */
export const VARIANTS = { champion: "champion", canary: "canary", shadow: "shadow" } as const;
/** Names that an experiment's arm cannot have: rollouts have them, and requests for one version. */
export const RESERVED_ARMS: readonly string[] = [VARIANTS.canary, VARIANTS.shadow, "pinned"];

/** Share of requests that may be slower than `slo.p95Ms`: what a p95 means. */
export const SLOW_BUDGET = 0.05;

/** What a rollout goes by, frozen at its start; the program writes it into the pipeline's definition. */
export interface RolloutPlan
	extends Pick<RolloutSettings, "weights" | "intervalSeconds" | "alpha" | "mirrorPct" | "outcomes"> {
	/** Of batch models there are only records of versions that changed over at once: nobody judges windows. */
	serve: ModelSettings["serve"];
	sticky: Sticky;
	approval: boolean;
	/** The declared ordinary traffic: how long the evidence should take follows from it. */
	rps: number;
	bounds: { errorRate: number; slowRate: number; disagreementRate: number; costFactor: number };
	/** Names of alarms that veto: the page-level burn rates of the model. */
	burnAlarms: readonly string[];
	/** Of a queued model: the slots' queues, and where ECS serves it, its services. */
	slots?: Partial<Record<Slot, SlotPlace>>;
}

/** Where one slot of a queued model is. */
export interface SlotPlace {
	queueUrl: string;
	deadLetterQueueUrl: string;
	/** Only of workers on ECS: names. */
	cluster?: string;
	service?: string;
}

/** `pk` MODEL#name, `sk` ROLLOUT#000007. */
export interface RolloutRecord {
	pk: string;
	sk: string;
	model: string;
	/** 1, 2, … in the model's history. */
	rollout: number;
	from: number;
	to: number;
	state: RolloutState;
	/** Counts the writes: each is made on condition of it. */
	revision: number;
	/** Index into `plan.weights`; −1 before the first of them. */
	step: number;
	plan: RolloutPlan;
	startedAtMs: number;
	/** When its present state or step began. */
	sinceMs: number;
	/** When it is held: three times the time that the evidence should take, from the start of judging. */
	deadlineAtMs: number;
	/** Since when it is held, and when it is rolled back if nothing changes. */
	heldSinceMs?: number;
	endedAtMs?: number;
	/** What the judge has seen so far; its own words, in functions/judge. */
	evidence: Evidence;
	/** Judgements so far. */
	judgements: number;
	/** ARN of the execution that works on it. */
	execution: string;
	/** Of Step Functions, while a person is asked. */
	approvalToken?: string;
	/** Task definition that slot "a" had, to go back to; of a queued model on ECS. */
	previousTaskDefinition?: string;
	/** Task definitions made for the version: of the canary's slot, and of the champion's when it is finalized. */
	taskDefinition?: string;
	championTaskDefinition?: string;
	/** Why it ended as it did, as a sentence. */
	reason?: string;
	/** What its last writes have decided and nobody has told on the bus yet: a crash between the two loses no event. */
	untold?: RolloutEvent[];
}

/** What an event on the bus says of a rollout, beside its model and versions. */
export interface RolloutEvent {
	type: (typeof EVENTS)[keyof typeof EVENTS];
	atMs: number;
	state: RolloutState;
	/** Percent of the traffic. */
	weight: number;
	reason?: string;
}

/** `pk` MODEL#name, `sk` EXPERIMENT#000003: versions side by side, with nobody judging; never beside a rollout. */
export interface ExperimentRecord {
	pk: string;
	sk: string;
	model: string;
	/** 1, 2, … in the model's history. */
	experiment: number;
	revision: number;
	variants: RouteVariant[];
	sticky: Sticky;
	startedAtMs: number;
	/** Absent as long as it runs. */
	endedAtMs?: number;
}

/** Metrics that are judged, each a share of bad among all. */
export const JUDGED_METRICS = ["errors", "slow", "outcomes"] as const;
export type JudgedMetric = (typeof JUDGED_METRICS)[number];

/** Counts of one arm since the judging began. */
export interface ArmCounts {
	requests: number;
	errors: number;
	slow: number;
	costUsd: number;
	/** Outcomes that callers have sent back, and the bad ones among them. */
	outcomes: number;
	badOutcomes: number;
}

/** Rows that champion and shadow both answered, and those of them on which they differ, by slice. */
export interface PairedCounts {
	compared: number;
	disagreed: number;
}

/** What a judge is told at one look: running totals since the judging began, concurrent arms only. */
export interface Observation {
	atMs: number;
	champion: ArmCounts;
	canary: ArmCounts;
	/** By slice; of a shadow. Failures of the shadow itself count as disagreements of the slice "failed". */
	paired: Readonly<Record<string, PairedCounts>>;
	/** Messages in the canary slot's dead-letter queue; 0 for a model without queues. */
	deadLetters: number;
	/** Alarms of `plan.burnAlarms` that are in ALARM. */
	burning: readonly string[];
}

/** Logarithms of likelihood ratios, one for each alternative of a mixture; and the totals that were seen last. */
export interface Evidence {
	/** From when on the totals are counted: the minute in which the judging began. */
	fromMs?: number;
	/** Totals at the last look; before the first one they are zero. */
	seen?: Observation;
	/** Totals when the present weight began: what a step has of its own is counted from there. */
	stepSeen?: Observation;
	/** By name of the test, as in "errors/worse" or "disagreement/good/slice": sums, one for each alternative. */
	logs: Readonly<Record<string, readonly number[]>>;
}

export const VERDICTS = ["continue", "promote", "rollback", "hold"] as const;
/** `promote`: on to the next weight, from the last one to its end. `hold`: past the deadline, stays and asks for people. */
export type Verdict = (typeof VERDICTS)[number];

/** `pk` MODEL#name, `sk` JUDGEMENT#000007#000012: one look of the judge, with everything it went by. */
export interface JudgementRecord {
	pk: string;
	sk: string;
	model: string;
	rollout: number;
	judgement: number;
	atMs: number;
	state: RolloutState;
	/** Percent of the traffic. */
	weight: number;
	verdict: Verdict;
	/** For people, with the figures. */
	sentence: string;
	observation: Observation;
	/** E-values by test: how many times likelier the evidence is if the test's claim holds; `threshold` where it decides. */
	evidence: Readonly<Record<string, { value: number; threshold: number }>>;
}

/** `pk` MODEL#name, `sk` LOCK: one execution at a time works on a model. */
export interface LockRecord {
	pk: string;
	sk: "LOCK";
	execution: string;
	expiresAtMs: number;
	/** For DynamoDB's own deletion, in seconds. */
	expiresAt: number;
}

const DIGITS = 6;
const padded = (value: number): string => String(value).padStart(DIGITS, "0");
export const ROLLOUT_PREFIX = "ROLLOUT#";
export const rolloutKey = (rollout: number): string => `${ROLLOUT_PREFIX}${padded(rollout)}`;
export const judgementPrefix = (rollout: number): string => `JUDGEMENT#${padded(rollout)}#`;
export const judgementKey = (rollout: number, judgement: number): string =>
	`${judgementPrefix(rollout)}${padded(judgement)}`;
export const LOCK_KEY = "LOCK";
export const EXPERIMENT_PREFIX = "EXPERIMENT#";
export const experimentKey = (experiment: number): string => `${EXPERIMENT_PREFIX}${padded(experiment)}`;
/** Of one rollout: whoever hashes by it falls into the same arm as long as it lasts. */
export const saltOf = (model: string, rollout: number): string => `${model}#${rollout}`;
/** Of one experiment, as {@link saltOf}: never one of a rollout's. */
export const experimentSaltOf = (model: string, experiment: number): string => `${model}#experiment#${experiment}`;

/** The shadow's queue carries this; for a realtime model the whole request, for a queued one the pair of jobs. */
export type ShadowMessage =
	| {
			kind: "request";
			model: string;
			rollout: number;
			requestId: string;
			traceparent: string;
			champion: number;
			shadow: number;
			/** The inference request as JSON text, entities resolved or not. */
			request: string;
	  }
	| { kind: "jobs"; model: string; rollout: number; champion: string; shadow: string; shadowVersion: number };

/** What the shadow function is told of one model, by its name, as JSON in its environment. */
export interface ShadowModelSettings {
	team: string;
	feature: string;
	/** The SLO's bound, over which a shadow's answer counts as slow. */
	p95Ms: number;
	/** `rollout.bounds.disagreementTolerance`. */
	tolerance: number;
}

/** Slices that are no label of the champion's: all rows where labels are none or too many, and requests that the shadow failed. */
export const SHADOW_SLICES = { all: "all", failed: "failed" } as const;
/** Distinct labels above which rows are not told apart any more: each is a metric of its own. */
export const SHADOW_LABELS_MAX = 16;
/** Larger requests have no shadow: a message carries the whole of them. */
export const SHADOW_MESSAGE_MAX_BYTES = 200 * 1024;
/** Bounds of the shadow function: messages in one invocation, its time, and for how long nobody else gets what it has. */
export const SHADOW_BATCH_SIZE = 5;
export const SHADOW_TIMEOUT_SECONDS = 30;
export const SHADOW_VISIBILITY_SECONDS = VISIBILITY_TIMEOUT_FACTOR * SHADOW_TIMEOUT_SECONDS;
/** A pair of jobs is looked at each time twice as late: by then a job's life is over. */
export const SHADOW_RECEIVES_MAX = 20;

/** Detail types of what the platform tells on its event bus, with the source {@link EVENT_SOURCE}. */
export const EVENTS = {
	registered: "model.registered",
	refused: "model.refused",
	awaitingApproval: "rollout.awaiting_approval",
	started: "rollout.started",
	shifted: "rollout.shifted",
	held: "rollout.held",
	promoted: "rollout.promoted",
	rolledBack: "rollout.rolled_back",
	burning: "slo.burning",
	released: "release.finished",
	takenBack: "release.rolled_back",
} as const;
export const EVENT_SOURCE = "triplane";
