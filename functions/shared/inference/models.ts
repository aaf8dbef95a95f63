/**
 * Models in memory, one a version: loaded once, its artifact's SHA-256 checked, the longest unused one released.
 * Requests at once share one load; a model is not released while a request uses it, nor while it is one that serves.
 */
import { createHash } from "node:crypto";
import { ApiError } from "../../../charter/errors.ts";
import type { VersionRecord } from "../../../charter/registry.ts";
import { ArtifactError } from "./artifact-error.ts";
import type { ArtifactStore, ModelRuntime, ModelSession } from "./ports.ts";

export interface Models {
	/**
	 * Runs work with the version's model.
	 * @throws {ApiError} UNAVAILABLE where the artifact cannot be read
	 * @throws {ArtifactError} where the artifact is not what the registry says
	 */
	use<T>(record: VersionRecord, work: (session: ModelSession) => Promise<T>): Promise<T>;
	/** These versions are not released from now on, until others are named. */
	keep(versions: readonly number[]): void;
}

/** Champion, challenger and one pinned version. Versions that are kept may be more. */
const LOADED_MAX = 3;
const ARTIFACT_RETRY_SECONDS = 1;

interface Loaded {
	session: Promise<ModelSession>;
	users: number;
	isEvicted: boolean;
}

export function createModels(artifacts: ArtifactStore, runtime: ModelRuntime): Models {
	/** In the order of use, the longest unused first. */
	const loaded = new Map<number, Loaded>();
	let kept: ReadonlySet<number> = new Set();

	const releaseIfUnused = (entry: Loaded): void => {
		// A load that failed has nothing to release, and its requests were told.
		if (entry.isEvicted && entry.users === 0) entry.session.then((session) => session.release()).catch(() => undefined);
	};
	const evict = (version: number, entry: Loaded): void => {
		loaded.delete(version);
		entry.isEvicted = true;
		releaseIfUnused(entry);
	};
	const acquire = (record: VersionRecord): Loaded => {
		const entry = loaded.get(record.version) ?? {
			session: load(record, artifacts, runtime),
			users: 0,
			isEvicted: false,
		};
		loaded.delete(record.version);
		loaded.set(record.version, entry);
		entry.users += 1;
		for (const [version, other] of loaded) {
			if (loaded.size <= LOADED_MAX) break;
			if (version !== record.version && !kept.has(version)) evict(version, other);
		}
		return entry;
	};

	return {
		keep: (versions) => {
			kept = new Set(versions);
		},
		use: async (record, work) => {
			const entry = acquire(record);
			try {
				const session = await entry.session.catch((thrown: unknown) => {
					// The next request tries again.
					if (loaded.get(record.version) === entry) evict(record.version, entry);
					throw thrown;
				});
				return await work(session);
			} finally {
				entry.users -= 1;
				releaseIfUnused(entry);
			}
		},
	};
}

async function load(record: VersionRecord, artifacts: ArtifactStore, runtime: ModelRuntime): Promise<ModelSession> {
	const { model, version, artifactKey, sha256, signature } = record;
	const bytes = await artifacts.read(artifactKey).catch((cause: unknown) => {
		throw new ApiError(
			"UNAVAILABLE",
			`The artifact of version ${version} of "${model}" cannot be read now. Try again.`,
			{
				cause,
				retryAfterSeconds: ARTIFACT_RETRY_SECONDS,
			},
		);
	});
	const found = createHash("sha256").update(bytes).digest("hex");
	if (found !== sha256)
		throw new ArtifactError(
			`The artifact of version ${version} of "${model}" at ${artifactKey} has the SHA-256 ${found}, not the registered ${sha256}. It was changed after its registration: register a new version.`,
		);
	return runtime.load(bytes, signature).catch((cause: unknown) => {
		throw new ArtifactError(`Version ${version} of "${model}" at ${artifactKey} cannot be loaded.`, { cause });
	});
}
