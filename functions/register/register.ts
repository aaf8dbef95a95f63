/**
 * Registers a training run: verifies it, keeps its artifact by content, and gives it the next version of its model.
 * The same content is registered once; a model's first version serves at once, later ones wait for a rollout.
 */
import type { RegisterRequest, RegisterResponse, TrainingManifest } from "../../charter/messages.ts";
import type { EvaluationRecord } from "../../charter/pipeline.ts";
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
import { EVENTS } from "../../charter/rollout.ts";
import type { Events } from "../shared/events.ts";
import { verifyArtifact } from "../shared/runs/files.ts";
import { readManifest } from "../shared/runs/manifest.ts";
import { type RunBucket, runFile } from "../shared/runs/run-bucket.ts";
import { canonical } from "../shared/runs/signature.ts";
import { RegistryConflictError } from "./errors.ts";
import { readRegisterRequest } from "./request.ts";

export interface Registry {
	/** The version that holds this content, if any. */
	versionOfContent(model: string, sha256: string): Promise<VersionRecord | undefined>;
	/** What an evaluation has said of the run; none where it was never asked. */
	evaluation(model: string, run: string): Promise<Pick<EvaluationRecord, "isAccepted" | "lineage"> | undefined>;
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
	bucket: RunBucket;
	registry: Registry;
	/** Absent where the stack has no event bus. */
	events?: Events;
	now: () => number;
}

/** Each lost race means that another registration of the same model went through. */
const ATTEMPTS_MAX = 20;

/**
 * @param event a `RegisterRequest`, not trusted
 * @throws {TriplaneError} one of errors.ts
 */
export async function register(ports: RegisterPorts, event: unknown): Promise<RegisterResponse> {
	const request = readRegisterRequest(event);
	const { model, run } = request;
	const prefix = stagingPrefix(model, run);
	const manifestBytes = await runFile(ports.bucket, prefix, RUN_FILES.manifest);
	const manifest = readManifest(new TextDecoder().decode(manifestBytes), model, `${prefix}${RUN_FILES.manifest}`);
	const artifact = await runFile(ports.bucket, prefix, RUN_FILES.artifact);
	verifyArtifact(artifact, manifest, `${prefix}${RUN_FILES.artifact}`);
	await assertAsEvaluated(ports.registry, request, manifest.artifact.sha256);
	// Before its record, so that no record ever names an artifact that is not there.
	await ports.bucket.write(artifactKey(model, manifest.artifact.sha256), artifact, manifest.artifact.sha256);
	const { record, champion } = await addVersion(ports, manifest, request);
	const { version, sha256, parent, metrics } = record;
	// Also when it is asked again: the event of the first time may have got lost.
	if (record.run === run) await ports.events?.tell(EVENTS.registered, { model, version, run, sha256, parent, metrics });
	return { model, version, sha256, champion: version === champion };
}

/** What was refused, or put in the run's place after its evaluation, is no version. A run that nobody has evaluated is by hand. */
async function assertAsEvaluated(registry: Registry, { model, run }: RegisterRequest, sha256: string): Promise<void> {
	const evaluation = await registry.evaluation(model, run);
	if (!evaluation) return;
	if (!evaluation.isAccepted)
		throw new RegistryConflictError(
			`The run "${run}" of "${model}" was refused by its evaluation. Train it anew, or register it by hand under another run's name.`,
		);
	const evaluated = evaluation.lineage?.artifactSha256;
	if (evaluated !== sha256)
		throw new RegistryConflictError(
			`The run "${run}" of "${model}" has the artifact ${sha256}, but ${evaluated} was evaluated. Let nobody write into the run's place, and evaluate it anew.`,
		);
}

interface Added {
	record: VersionRecord;
	/** Champion from now on. */
	champion: number | undefined;
}

async function addVersion(
	{ registry, now }: RegisterPorts,
	manifest: TrainingManifest,
	{ model, run }: RegisterRequest,
): Promise<Added> {
	const { artifact, metrics } = manifest;
	const { image, ...lineage } = manifest.lineage;
	const { sha256, bytes } = artifact;
	const signature = manifest.signature as Signature;
	for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		const known = await registry.versionOfContent(model, sha256);
		const champion = await registry.champion(model);
		if (known) return { record: sameModel(known, signature), champion };
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
			lineage: { ...lineage, ...(image !== undefined && { image }) },
			run,
			...(champion !== undefined && { parent: champion }),
			registeredAt: new Date(now()).toISOString(),
		};
		if (await registry.add(record, asChampion)) return { record, champion: champion ?? version };
	}
	throw new RegistryConflictError(`Others registered "${model}" during each of ${ATTEMPTS_MAX} attempts. Try again.`);
}

/** The same bytes with another meaning would be two models under one content. */
function sameModel(known: VersionRecord, sent: Signature): VersionRecord {
	const { model, version, sha256, signature } = known;
	if (canonical(signature) !== canonical(sent))
		throw new RegistryConflictError(
			`The artifact ${sha256} is version ${version} of "${model}" already, with another signature. Train it anew, or send its signature.`,
		);
	return known;
}
