/**
 * The registry's items as commands read them: each is checked for its shape, for what other programs have written there.
 * Fields that a later release adds are kept as they are. The types are the charter's; nothing is read here.
 */
import { z } from "zod";
import { TriplaneError } from "../../charter/errors.ts";
import { SLOTS } from "../../charter/jobs.ts";
import type { EvaluationRecord } from "../../charter/pipeline.ts";
import {
	type AliasRecord,
	type ContentRecord,
	DATATYPES,
	type RouteRecord,
	type VersionRecord,
} from "../../charter/registry.ts";
import { type JudgementRecord, ROLLOUT_STATES, type RolloutRecord, VERDICTS } from "../../charter/rollout.ts";
import { STICKY } from "../../charter/rollout-settings.ts";

const key = { pk: z.string(), sk: z.string() };
const tensor = z.looseObject({ name: z.string(), datatype: z.enum(DATATYPES), shape: z.array(z.number()) });

const Version = z.looseObject({
	...key,
	model: z.string(),
	version: z.int(),
	artifactKey: z.string(),
	sha256: z.string(),
	bytes: z.number(),
	signature: z.looseObject({ inputs: z.array(tensor), outputs: z.array(tensor) }),
	metrics: z.record(z.string(), z.number()),
	lineage: z.looseObject({
		dataSha256: z.string(),
		codeSha256: z.string(),
		trainedAt: z.string(),
		framework: z.string(),
		image: z.string().optional(),
	}),
	run: z.string().optional(),
	parent: z.int().optional(),
	registeredAt: z.string(),
});

const Alias = z.looseObject({ ...key, version: z.int() });
const Content = z.looseObject({ ...key, version: z.int() });

const Route = z.looseObject({
	...key,
	revision: z.int(),
	variants: z.array(
		z.looseObject({
			name: z.string(),
			version: z.int(),
			weight: z.number(),
			slot: z.enum(SLOTS).optional(),
			mirrorPct: z.number().optional(),
		}),
	),
	sticky: z.looseObject({ by: z.enum(STICKY), salt: z.string() }).optional(),
	rollout: z.int().optional(),
});

const Rollout = z.looseObject({
	...key,
	model: z.string(),
	rollout: z.int(),
	from: z.int(),
	to: z.int(),
	state: z.enum(ROLLOUT_STATES),
	step: z.int(),
	plan: z.looseObject({ weights: z.array(z.number()), intervalSeconds: z.number(), mirrorPct: z.number() }),
	startedAtMs: z.number(),
	sinceMs: z.number(),
	endedAtMs: z.number().optional(),
	heldSinceMs: z.number().optional(),
	judgements: z.int(),
	execution: z.string(),
	approvalToken: z.string().optional(),
	reason: z.string().optional(),
});

const Judgement = z.looseObject({
	...key,
	rollout: z.int(),
	judgement: z.int(),
	atMs: z.number(),
	state: z.enum(ROLLOUT_STATES),
	weight: z.number(),
	verdict: z.enum(VERDICTS),
	sentence: z.string(),
});

const Evaluation = z.looseObject({
	...key,
	run: z.string(),
	atMs: z.number(),
	isAccepted: z.boolean(),
	championVersion: z.int().optional(),
	lines: z.array(
		z.looseObject({
			slice: z.string(),
			rows: z.number(),
			metric: z.string(),
			value: z.number(),
			champion: z.number().optional(),
			floor: z.number().optional(),
			isMet: z.boolean(),
			why: z.string().optional(),
		}),
	),
	faults: z.array(z.string()),
	notes: z.array(z.string()),
});

/** Checks an item, and gives it with all that it holds. */
type Reader<T> = (item: Record<string, unknown>) => T;

/** @throws {TriplaneError} that names the item and the field, where it has not the shape of its kind */
const reader =
	<T>(schema: z.ZodType): Reader<T> =>
	(item) => {
		const parsed = schema.safeParse(item);
		if (parsed.success) return parsed.data as T;
		const [fault] = parsed.error.issues;
		throw new TriplaneError(
			`The registry's item ${String(item.pk)} / ${String(item.sk)} is damaged: ${fault?.path.join(".")}: ${fault?.message}. It was written by something else than this platform, or by another release of it.`,
		);
	};

export const toVersion: Reader<VersionRecord> = reader(Version);
export const toAlias: Reader<AliasRecord> = reader(Alias);
export const toContent: Reader<ContentRecord> = reader(Content);
export const toRoute: Reader<RouteRecord> = reader(Route);
export const toRollout: Reader<RolloutRecord> = reader(Rollout);
export const toJudgement: Reader<JudgementRecord> = reader(Judgement);
export const toEvaluation: Reader<EvaluationRecord> = reader(Evaluation);
