/**
 * Registers a training run: verifies it, keeps its artifact by content, and gives it the next version of its model.
 * The same content is registered once; a model's first version serves at once, later ones wait for a rollout.
 */
import { createHash } from "node:crypto";
import type { RegisterResponse, TrainingManifest } from "../../charter/messages.ts";
import {
	artifactKey,
	modelKey,
	RUN_FILES,
	type Signature,
	stagingPrefix,
	VERSION_MAX,
	type VersionRecord,
	versionKey,
} from "../../charter/registry.ts";
import { ArtifactMismatchError, RegistryConflictError, RunNotFoundError } from "./errors.ts";
import { readManifest, readRegisterRequest } from "./manifest.ts";

export interface ArtifactBucket {
	/** The object's bytes, or undefined where there is none. */
	read(key: string): Promise<Uint8Array | undefined>;
	write(key: string, bytes: Uint8Array, sha256: string): Promise<void>;
}

export interface Registry {
	/** The version that holds this content, if any. */
	versionOfContent(model: string, sha256: string): Promise<VersionRecord | undefined>;
	/** The highest version, or 0. */
	latestVersion(model: string): Promise<number>;
	/** The version of the model's champion, if it has one. */
	champion(model: string): Promise<number | undefined>;
	/**
	 * Writes the version and its content record in one transaction; with `asChampion` also alias and route.
	 * @returns false where one of them exists by now
	 */
	add(record: VersionRecord, asChampion: boolean): Promise<boolean>;
}

export interface RegisterPorts {
	bucket: ArtifactBucket;
	registry: Registry;
	now: () => number;
}

/** Each lost race means that another registration of the same model went through. */
const ATTEMPTS_MAX = 20;

/**
 * @param event a `RegisterRequest`, not trusted
 * @throws {TriplaneError} one of errors.ts
 */
export async function register(ports: RegisterPorts, event: unknown): Promise<RegisterResponse> {
	const { model, run } = readRegisterRequest(event);
	const prefix = stagingPrefix(model, run);
	const manifestBytes = await readFile(ports.bucket, `${prefix}${RUN_FILES.manifest}`);
	const manifest = readManifest(new TextDecoder().decode(manifestBytes), model, `${prefix}${RUN_FILES.manifest}`);
	const artifact = await readFile(ports.bucket, `${prefix}${RUN_FILES.artifact}`);
	verify(artifact, manifest, `${prefix}${RUN_FILES.artifact}`);
	// Before its record, so that no record ever names an artifact that is not there.
	await ports.bucket.write(artifactKey(model, manifest.artifact.sha256), artifact, manifest.artifact.sha256);
	return addVersion(ports, manifest);
}

async function readFile(bucket: ArtifactBucket, key: string): Promise<Uint8Array> {
	const bytes = await bucket.read(key);
	if (!bytes)
		throw new RunNotFoundError(
			`The run left no ${key}. Let the trainer end first, and check the model's and the run's names.`,
		);
	return bytes;
}

function verify(artifact: Uint8Array, { artifact: expected }: TrainingManifest, key: string): void {
	if (artifact.byteLength !== expected.bytes)
		throw new ArtifactMismatchError(
			`${key} has ${artifact.byteLength} bytes, but its manifest says ${expected.bytes}. Upload the run again.`,
		);
	const sha256 = createHash("sha256").update(artifact).digest("hex");
	if (sha256 !== expected.sha256)
		throw new ArtifactMismatchError(
			`${key} has the SHA-256 ${sha256}, but its manifest says ${expected.sha256}. Upload the run again.`,
		);
}

async function addVersion({ registry, now }: RegisterPorts, manifest: TrainingManifest): Promise<RegisterResponse> {
	const { model, artifact, metrics, lineage } = manifest;
	const { sha256, bytes } = artifact;
	const signature = manifest.signature as Signature;
	for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		const known = await registry.versionOfContent(model, sha256);
		const champion = await registry.champion(model);
		if (known) return alreadyRegistered(known, signature, champion);
		const version = (await registry.latestVersion(model)) + 1;
		if (version > VERSION_MAX)
			throw new RegistryConflictError(`The model "${model}" has all of its ${VERSION_MAX} versions.`);
		const asChampion = champion === undefined;
		const record: VersionRecord = {
			pk: modelKey(model),
			sk: versionKey(version),
			model,
			version,
			artifactKey: artifactKey(model, sha256),
			sha256,
			bytes,
			signature,
			metrics,
			lineage,
			registeredAt: new Date(now()).toISOString(),
		};
		if (await registry.add(record, asChampion)) return { model, version, sha256, champion: asChampion };
	}
	throw new RegistryConflictError(`Others registered "${model}" during each of ${ATTEMPTS_MAX} attempts. Try again.`);
}

/** The same bytes with another meaning would be two models under one content. */
function alreadyRegistered(known: VersionRecord, sent: Signature, champion: number | undefined): RegisterResponse {
	const { model, version, sha256, signature } = known;
	if (canonical(signature) !== canonical(sent))
		throw new RegistryConflictError(
			`The artifact ${sha256} is version ${version} of "${model}" already, with another signature. Train it anew, or send its signature.`,
		);
	return { model, version, sha256, champion: version === champion };
}

function canonical({ inputs, outputs, features }: Signature): string {
	const tensors = (specs: Signature["inputs"]) => specs.map(({ name, datatype, shape }) => [name, datatype, shape]);
	return JSON.stringify([
		tensors(inputs),
		tensors(outputs),
		features && [features.input, features.entityInput, features.columns],
	]);
}
