/**
 * The model registry's records: keys and shapes of the items in its table, and where artifacts lie in its bucket.
 * Types and pure functions only; who reads or writes them does so with its own client.
 */

import type { Slot } from "./jobs.ts";
import type { Sticky } from "./rollout-settings.ts";

/** Tensor datatypes of the Open Inference Protocol that models may use. */
export const DATATYPES = [
	"BOOL",
	"INT8",
	"INT16",
	"INT32",
	"INT64",
	"UINT8",
	"UINT16",
	"UINT32",
	"UINT64",
	"FP32",
	"FP64",
	"BYTES",
] as const;
export type Datatype = (typeof DATATYPES)[number];

/** A tensor of a signature; −1 in `shape` is a dimension of any size (the first one is the rows). */
export interface TensorSpec {
	name: string;
	datatype: Datatype;
	shape: number[];
}

/** What a model takes and gives. `features` lets a request name entities instead of sending their values. */
export interface Signature {
	inputs: TensorSpec[];
	outputs: TensorSpec[];
	/** A request may send `entityInput` (BYTES, one id a row) instead of `input`; the values come from the feature table. */
	features?: { input: string; entityInput: string; columns: string[] };
}

/** One immutable version: `pk` MODEL#name, `sk` VERSION#000042. */
export interface VersionRecord {
	pk: string;
	sk: string;
	model: string;
	version: number;
	/** Key in the artifact bucket, and the SHA-256 (hex) of the object's bytes. */
	artifactKey: string;
	sha256: string;
	bytes: number;
	signature: Signature;
	/** By name, as in `accuracy`; higher is better unless the name says error or loss. */
	metrics: Record<string, number>;
	lineage: { dataSha256: string; codeSha256: string; trainedAt: string; framework: string; image?: string };
	/** Training run that it came from; its evaluation lies under it. Absent for what was registered before there were any. */
	run?: string;
	/** Champion at the time of its registration. */
	parent?: number;
	registeredAt: string;
}

/** One variant of a route. */
export interface RouteVariant {
	name: string;
	version: number;
	/** Share of the traffic in percent. */
	weight: number;
	/** Slot of a queued model that serves it. @default "a" */
	slot?: Slot;
	/** Share of the requests, in percent, that it answers in the shadow, for comparison only. @default 0 */
	mirrorPct?: number;
}

/** What serves a model now: `pk` MODEL#name, `sk` ROUTE. Changed only on condition of its `revision`. */
export interface RouteRecord {
	pk: string;
	sk: "ROUTE";
	revision: number;
	/** Their weights sum to 100. */
	variants: RouteVariant[];
	/** Who stays with one arm, and by which salt: the same key under the same salt falls into the same arm. @default none */
	sticky?: { by: Sticky; salt: string };
	/** The rollout that has written it. */
	rollout?: number;
	/** The experiment that runs. */
	experiment?: number;
}

/** A name that moves: `pk` MODEL#name, `sk` ALIAS#champion. */
export interface AliasRecord {
	pk: string;
	sk: string;
	version: number;
}

/** Which version holds a content, so that the same artifact is registered once: `pk` MODEL#name, `sk` CONTENT#sha256. */
export interface ContentRecord {
	pk: string;
	sk: string;
	version: number;
}

export type Alias = "champion" | "challenger" | "previous";

const VERSION_DIGITS = 6;

export const modelKey = (model: string): string => `MODEL#${model}`;
export const versionKey = (version: number): string => `VERSION#${String(version).padStart(VERSION_DIGITS, "0")}`;
export const aliasKey = (alias: Alias): string => `ALIAS#${alias}`;
export const contentKey = (sha256: string): string => `CONTENT#${sha256}`;
export const ROUTE_KEY = "ROUTE";
/** Most versions that a model may have: {@link versionKey} sorts up to here. */
export const VERSION_MAX = 10 ** VERSION_DIGITS - 1;

/** Where a version's artifact lies: by content, so that it can never change under its name. */
export const artifactKey = (model: string, sha256: string): string => `${artifactPrefix(model)}${sha256}/model.onnx`;
/** Under which all versions of a model lie, and no other model's. */
export const artifactPrefix = (model: string): string => `${ARTIFACT_PREFIX}${model}/`;
export const ARTIFACT_PREFIX = "models/";
/** Where a trainer leaves its run for the registration to read; the objects there expire. */
export const stagingPrefix = (model: string, run: string): string => `${STAGING_PREFIX}${model}/${run}/`;
export const STAGING_PREFIX = "staging/";
/** The files that a training run leaves. */
export const RUN_FILES = { artifact: "model.onnx", manifest: "manifest.json" } as const;
