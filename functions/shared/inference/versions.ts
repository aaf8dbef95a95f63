/**
 * Records of a model's versions, kept once read: a version never changes.
 * Not its artifact; see models.ts.
 */
import { modelPath } from "../../../charter/api.ts";
import { ApiError } from "../../../charter/errors.ts";
import type { VersionRecord } from "../../../charter/registry.ts";
import type { RegistryStore } from "./ports.ts";

export interface Versions {
	/** @throws {ApiError} NOT_FOUND where there is no such version, UNAVAILABLE where the registry cannot be read */
	get(version: number): Promise<VersionRecord>;
}

const KEPT_MAX = 64;
const REGISTRY_RETRY_SECONDS = 1;

export function createVersions(model: string, registry: RegistryStore): Versions {
	const kept = new Map<number, VersionRecord>();
	return {
		get: async (version) => {
			const known = kept.get(version) ?? (await read(model, version, registry));
			if (!known) throw unknownVersion(model, version);
			kept.set(version, known);
			if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value ?? version);
			return known;
		},
	};
}

async function read(model: string, version: number, registry: RegistryStore): Promise<VersionRecord | undefined> {
	try {
		return await registry.version(model, version);
	} catch (cause) {
		throw new ApiError(
			"UNAVAILABLE",
			`Version ${version} of "${model}" cannot be read from the registry now. Try again.`,
			{
				cause,
				retryAfterSeconds: REGISTRY_RETRY_SECONDS,
			},
		);
	}
}

export const unknownVersion = (model: string, version: string | number): ApiError =>
	new ApiError(
		"NOT_FOUND",
		`The model "${model}" has no version "${String(version).slice(0, 40)}". Versions are whole numbers from 1; GET ${modelPath(model)} lists those that serve.`,
	);
