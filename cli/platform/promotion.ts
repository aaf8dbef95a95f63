/**
 * Takes a registered version from one stack to another by its content: the artifact is checked against its SHA-256 on the way,
 * staged as the run that it came from, and registered by the other stack's own control plane. What serves there does not change.
 */
import { createHash } from "node:crypto";
import { TriplaneError } from "../../charter/errors.ts";
import { HELDOUT_FILE } from "../../charter/heldout.ts";
import { type RegisterRequest, type RegisterResponse, TrainingManifest } from "../../charter/messages.ts";
import { RUN_FILES, stagingPrefix, type VersionRecord } from "../../charter/registry.ts";
import type { RegistryReader } from "./registry.ts";

/** The stack that has the version. */
export interface PromotionSource {
	registry: Pick<RegistryReader, "version" | "aliases">;
	/** Bytes of an object in its artifact bucket, or undefined where there is none. */
	read(key: string): Promise<Uint8Array | undefined>;
}

/** The stack that is to have it. */
export interface PromotionTarget {
	registry: Pick<RegistryReader, "versionOf" | "version">;
	write(key: string, bytes: Uint8Array): Promise<void>;
	register(request: RegisterRequest): Promise<RegisterResponse>;
}

export interface Promotion {
	model: string;
	/** Its number in the source, and in the target. */
	from: number;
	to: number;
	sha256: string;
	/** Champion of the target when it was registered there. */
	parent: number | undefined;
	/** Whether this call registered it: false where the target had the content already. */
	isNew: boolean;
	/** Whether it serves in the target, as a model's first version does. */
	isChampion: boolean;
}

/**
 * @param version of the source; absent: its champion
 * @throws {TriplaneError} where the source has no such version, its artifact is not what its record says, or the target refuses
 */
export async function promoteVersion(
	source: PromotionSource,
	target: PromotionTarget,
	model: string,
	version?: number,
): Promise<Promotion> {
	const record = await source.registry.version(model, version ?? (await championOf(source, model)));
	const known = await target.registry.versionOf(model, record.sha256);
	const artifact = await verified(source, record);
	const run = record.run ?? `promoted-${record.sha256}`;
	const staged = stagingPrefix(model, run);
	const original = await stagedRun(source, record);
	await target.write(staged + RUN_FILES.artifact, artifact);
	if (original.heldout) await target.write(staged + HELDOUT_FILE, original.heldout);
	// Last, as a run without its manifest is none.
	await target.write(staged + RUN_FILES.manifest, Buffer.from(JSON.stringify(original.manifest)));
	const registered = await target.register({ model, run });
	if (registered.sha256 !== record.sha256)
		throw new TriplaneError(
			`The target registered ${registered.sha256} as version ${registered.version} of ${model}, not ${record.sha256}: the staged run ${run} was changed by somebody else meanwhile. Run it again.`,
		);
	const { parent } = await target.registry.version(model, registered.version);
	return {
		model,
		from: record.version,
		to: registered.version,
		sha256: record.sha256,
		parent,
		isNew: known === undefined,
		isChampion: registered.champion,
	};
}

async function championOf({ registry }: PromotionSource, model: string): Promise<number> {
	const { champion } = await registry.aliases(model);
	if (champion !== undefined) return champion;
	throw new TriplaneError(`Nothing serves ${model} in the source: name the version that is meant by --version.`);
}

async function verified(source: PromotionSource, record: VersionRecord): Promise<Uint8Array> {
	const { model, version, artifactKey, sha256 } = record;
	const bytes = await source.read(artifactKey);
	if (!bytes)
		throw new TriplaneError(`The source has no ${artifactKey} any more: version ${version} of ${model} is lost.`);
	const found = hashOf(bytes);
	if (found === sha256) return bytes;
	throw new TriplaneError(
		`The artifact of version ${version} of ${model} has the SHA-256 ${found}, but its record says ${sha256}. It was changed: promote another version, and look who wrote to ${artifactKey}.`,
	);
}

/**
 * The run as the trainer left it, with its held-out rows, as long as the source keeps it; later the manifest is made of the
 * version's record, which has all of it but what the metrics were measured by.
 */
async function stagedRun(
	source: PromotionSource,
	{ model, run, sha256, bytes, signature, metrics, lineage }: VersionRecord,
): Promise<{ manifest: TrainingManifest; heldout?: Uint8Array }> {
	const manifest: TrainingManifest = { model, artifact: { sha256, bytes }, signature, metrics, lineage };
	const staged = run === undefined ? undefined : await source.read(stagingPrefix(model, run) + HELDOUT_FILE);
	const text = staged && run !== undefined && (await source.read(stagingPrefix(model, run) + RUN_FILES.manifest));
	if (!staged || !text) return { manifest };
	const original = parsed(text);
	const isItsOwn = original?.artifact.sha256 === sha256 && original.evaluation?.heldout.sha256 === hashOf(staged);
	return isItsOwn && original.evaluation
		? { manifest: { ...manifest, evaluation: original.evaluation }, heldout: staged }
		: { manifest };
}

function parsed(text: Uint8Array): TrainingManifest | undefined {
	try {
		return TrainingManifest.safeParse(JSON.parse(new TextDecoder().decode(text))).data;
	} catch {
		return undefined;
	}
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
