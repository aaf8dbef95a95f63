/** Records of a model's registry to change one thing in, and an in-memory table that holds them. */
import { marshall } from "@aws-sdk/util-dynamodb";
import { type EvaluationRecord, evaluationKey } from "../../charter/pipeline.ts";
import {
	aliasKey,
	artifactKey,
	contentKey,
	modelKey,
	ROUTE_KEY,
	type RouteRecord,
	type VersionRecord,
	versionKey,
} from "../../charter/registry.ts";
import {
	type ArmCounts,
	type JudgementRecord,
	judgementKey,
	type RolloutRecord,
	rolloutKey,
} from "../../charter/rollout.ts";
import { RegistryReader } from "../../cli/platform/registry.ts";
import { MemoryAws } from "./functions-aws.ts";

export const TABLE = "registry";
export const MODEL = "tumour-risk";
export const EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:triplane-test-tumour-risk-pipeline:run-1";
const pk = modelKey(MODEL);
/** Tuesday, 24 November 2026, 12:00 UTC. */
const AT_MS = Date.UTC(2026, 10, 24, 12);

export function aVersion(version: number, change: Partial<VersionRecord> = {}): VersionRecord {
	const sha256 = change.sha256 ?? String(version).repeat(64).slice(0, 64);
	return {
		pk,
		sk: versionKey(version),
		model: MODEL,
		version,
		artifactKey: artifactKey(MODEL, sha256),
		sha256,
		bytes: 1000 + version,
		signature: {
			inputs: [{ name: "features", datatype: "FP32", shape: [-1, 30] }],
			outputs: [{ name: "label", datatype: "INT64", shape: [-1] }],
		},
		metrics: { accuracy: 0.97 },
		lineage: {
			dataSha256: "d".repeat(64),
			codeSha256: "c".repeat(64),
			trainedAt: "2026-11-24T11:59:00.000Z",
			framework: "scikit-learn 1.7",
		},
		registeredAt: "2026-11-24T12:00:00.000Z",
		...change,
	};
}

export const aRoute = (change: Partial<RouteRecord> = {}): RouteRecord => ({
	pk,
	sk: ROUTE_KEY,
	revision: 1,
	variants: [{ name: "champion", version: 1, weight: 100 }],
	...change,
});

export const aRollout = (rollout: number, change: Partial<RolloutRecord> = {}): RolloutRecord => ({
	pk,
	sk: rolloutKey(rollout),
	model: MODEL,
	rollout,
	from: 1,
	to: 2,
	state: "SHIFTING",
	revision: 3,
	step: 0,
	plan: {
		serve: "realtime",
		sticky: "none",
		approval: false,
		outcomes: false,
		weights: [25, 100],
		intervalSeconds: 60,
		alpha: 0.01,
		mirrorPct: 0,
		rps: 20,
		bounds: { errorRate: 0.005, slowRate: 0.05, disagreementRate: 0.05, costFactor: 2 },
		burnAlarms: [],
	},
	startedAtMs: AT_MS,
	sinceMs: AT_MS,
	deadlineAtMs: AT_MS + 3_600_000,
	evidence: { logs: {} },
	judgements: 0,
	execution: EXECUTION,
	...change,
});

const noCounts: ArmCounts = { requests: 0, errors: 0, slow: 0, costUsd: 0, outcomes: 0, badOutcomes: 0 };
export const aJudgement = (
	rollout: number,
	judgement: number,
	change: Partial<JudgementRecord> = {},
): JudgementRecord => ({
	pk,
	sk: judgementKey(rollout, judgement),
	model: MODEL,
	rollout,
	judgement,
	atMs: AT_MS + judgement * 60_000,
	state: "SHIFTING",
	weight: 25,
	verdict: "continue",
	sentence: `Look ${judgement} of rollout ${rollout}.`,
	observation: { atMs: AT_MS, champion: noCounts, canary: noCounts, paired: {}, deadLetters: 0, burning: [] },
	evidence: {},
	...change,
});

export const anEvaluation = (run: string, change: Partial<EvaluationRecord> = {}): EvaluationRecord => ({
	pk,
	sk: evaluationKey(run),
	model: MODEL,
	run,
	atMs: AT_MS,
	isAccepted: true,
	championVersion: 1,
	lines: [
		{ slice: "all", rows: 114, metric: "accuracy", value: 0.97, champion: 0.965, floor: 0.92, isMet: true },
		{ slice: "small", rows: 40, metric: "accuracy", value: 0.95, champion: 0.95, isMet: true },
	],
	faults: [],
	notes: [],
	...change,
});

export const anAlias = (alias: "champion" | "previous" | "challenger", version: number) => ({
	pk,
	sk: aliasKey(alias),
	version,
});
export const aContent = ({ sha256, version }: VersionRecord) => ({ pk, sk: contentKey(sha256), version });

/** A registry in memory that holds these items. */
export function registryWith(...items: object[]): { aws: MemoryAws; registry: RegistryReader } {
	const aws = new MemoryAws();
	for (const item of items) aws.dynamodb.put(TABLE, marshall(item, { removeUndefinedValues: true }));
	return { aws, registry: new RegistryReader(aws.clients().dynamodb, TABLE) };
}
