/**
 * What a prediction needs from outside: stores of routes, versions, artifacts, features and buckets, and a model runtime.
 * Interfaces only; the adapters stand beside them, the tests bring their own.
 */
import type { Datatype, RouteRecord, Signature, VersionRecord } from "../../../charter/registry.ts";

export interface RegistryStore {
	route(model: string): Promise<RouteRecord | undefined>;
	version(model: string, version: number): Promise<VersionRecord | undefined>;
}

export interface ArtifactStore {
	/** The object's bytes. */
	read(key: string): Promise<Uint8Array>;
}

export interface FeatureStore {
	/** Each entity's values by column; an entity that is not known is left out. Rejects when `signal` aborts. */
	read(model: string, ids: readonly string[], signal: AbortSignal): Promise<Map<string, ReadonlyMap<string, number>>>;
}

/** The values of a tensor, row by row: as ONNX takes and gives them. A BOOL is 0 or 1. */
export type TensorData =
	| Float32Array
	| Float64Array
	| Int8Array
	| Int16Array
	| Int32Array
	| BigInt64Array
	| Uint8Array
	| Uint16Array
	| Uint32Array
	| BigUint64Array
	| string[];

export interface Tensor {
	name: string;
	datatype: Datatype;
	shape: readonly number[];
	data: TensorData;
}

export interface ModelSession {
	/** Runs the model; gives the outputs that are named, in that order. */
	run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<Tensor[]>;
	release(): Promise<void>;
}

export interface ModelRuntime {
	/** @throws {ArtifactError} where the bytes are no model, or not one of that signature */
	load(bytes: Uint8Array, signature: Signature): Promise<ModelSession>;
}
