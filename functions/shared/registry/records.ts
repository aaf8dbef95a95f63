/**
 * Whether an item of the registry is the record that its key promises. What the platform has not written, or a hand has
 * changed, must stop a rollout with a word, and not move traffic.
 */
import { z } from "zod";
import { type AliasRecord, type RouteRecord, VERSION_MAX, type VersionRecord } from "../../../charter/registry.ts";
import {
	type ExperimentRecord,
	type JudgementRecord,
	type LockRecord,
	ROLLOUT_STATES,
	type RolloutRecord,
	VERDICTS,
} from "../../../charter/rollout.ts";
import { STICKY } from "../../../charter/rollout-settings.ts";
import { routeFault } from "../inference/route-form.ts";
import { RegistryRecordError } from "./record-error.ts";

const key = { pk: z.string(), sk: z.string() };
const version = z.int().positive().max(VERSION_MAX);
const count = z.int().min(0);
const percent = z.number().min(0).max(100);
const place = z.looseObject({ queueUrl: z.string(), deadLetterQueueUrl: z.string() });

/** Beside what is named here a record keeps whatever else is in it: it is written back whole. */
const Rollout = z.looseObject({
	...key,
	model: z.string(),
	rollout: z.int().positive(),
	from: version,
	to: version,
	state: z.enum(ROLLOUT_STATES),
	revision: count,
	step: z.int().min(-1),
	plan: z.looseObject({
		weights: z.array(percent).min(1),
		intervalSeconds: z.number().min(0),
		mirrorPct: percent,
		sticky: z.enum(STICKY),
		approval: z.boolean(),
		slots: z.looseObject({ a: place.optional(), b: place.optional() }).optional(),
	}),
	sinceMs: z.number(),
	execution: z.string(),
	evidence: z.looseObject({}),
	untold: z.array(z.looseObject({ type: z.string() })).optional(),
});
const Judgement = z.looseObject({
	...key,
	judgement: count,
	state: z.enum(ROLLOUT_STATES),
	weight: percent,
	verdict: z.enum(VERDICTS),
});
const Alias = z.looseObject({ ...key, version });
const Lock = z.looseObject({ ...key, execution: z.string(), expiresAtMs: z.number() });
const tensors = z.array(z.looseObject({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) }));
const Version = z.looseObject({ ...key, version, signature: z.looseObject({ inputs: tensors, outputs: tensors }) });
const Experiment = z.looseObject({ ...key, experiment: z.int().positive(), revision: count });

const faultBy = (schema: z.ZodType) => (item: object) => {
	const [fault] = schema.safeParse(item).error?.issues ?? [];
	return fault && `${fault.path.join(".") || "the whole"}: ${fault.message}`;
};

/** @returns the item itself, once nothing speaks against it */
const reader =
	<Shape extends object>(fault: (item: object) => string | undefined) =>
	(item: object): Shape => {
		const found = fault(item);
		if (found === undefined) return item as Shape;
		const { pk, sk } = item as { pk?: unknown; sk?: unknown };
		throw new RegistryRecordError(
			`The item ${sk} of ${pk} in the registry is not in its form: ${found}. Nothing was changed. Restore it from the table's backup.`,
		);
	};

/** Each throws {RegistryRecordError} that says what of the item is wrong. */
export const toRollout = reader<RolloutRecord>(faultBy(Rollout));
export const toJudgement = reader<JudgementRecord>(faultBy(Judgement));
export const toAlias = reader<AliasRecord>(faultBy(Alias));
export const toLock = reader<LockRecord>(faultBy(Lock));
export const toVersion = reader<Pick<VersionRecord, "version" | "signature">>(faultBy(Version));
export const toExperiment = reader<ExperimentRecord>(faultBy(Experiment));
export const toRoute = reader<RouteRecord>(routeFault);
