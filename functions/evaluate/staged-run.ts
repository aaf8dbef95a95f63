/**
 * A run in the staging area, read and verified: manifest, artifact, held-out rows, and where they come from.
 * What is wrong with it is found here; how good its model is, in evaluate.ts.
 */
import { HELDOUT_FILE, type Heldout } from "../../charter/heldout.ts";
import type { TrainingManifest } from "../../charter/messages.ts";
import type { EvaluationRecord } from "../../charter/pipeline.ts";
import { RUN_FILES, type Signature, stagingPrefix } from "../../charter/registry.ts";
import { readHeldout, sha256Of, verifyArtifact } from "../shared/runs/files.ts";
import { readManifest } from "../shared/runs/manifest.ts";
import { type RunBucket, runFile } from "../shared/runs/run-bucket.ts";
import { type Evaluation, isComparable } from "./answers.ts";
import type { EvaluationRequest } from "./request.ts";

export interface StagedRun {
	manifest: TrainingManifest;
	signature: Signature;
	evaluation: Evaluation;
	artifact: Uint8Array;
	heldout: Heldout;
}

/** Thrown errors of these kinds say that the run is at fault; any other is worth another try. */
const FAULTS: ReadonlySet<string> = new Set([
	"RunNotFoundError",
	"RunFileTooLargeError",
	"ManifestError",
	"ArtifactMismatchError",
	"HeldoutError",
]);

/** What is known of a run when its verification ends: all of it, or what is wrong. */
export interface Verified {
	run?: StagedRun;
	faults: string[];
	lineage?: NonNullable<EvaluationRecord["lineage"]>;
}

export async function verifyRun(
	bucket: Pick<RunBucket, "read">,
	{ model, run, trainImage }: EvaluationRequest,
): Promise<Verified> {
	const prefix = stagingPrefix(model, run);
	let lineage: Verified["lineage"];
	const faults: string[] = [];
	try {
		const key = `${prefix}${RUN_FILES.manifest}`;
		const manifestBytes = await runFile(bucket, prefix, RUN_FILES.manifest);
		const manifest = readManifest(new TextDecoder().decode(manifestBytes), model, key);
		const artifactKey = `${prefix}${RUN_FILES.artifact}`;
		const artifact = await runFile(bucket, prefix, RUN_FILES.artifact);
		const heldoutKey = `${prefix}${HELDOUT_FILE}`;
		const heldoutBytes = await runFile(bucket, prefix, HELDOUT_FILE);
		const { dataSha256, codeSha256, image } = manifest.lineage;
		lineage = {
			dataSha256,
			codeSha256,
			...(image !== undefined && { image }),
			artifactSha256: sha256Of(artifact),
			heldoutSha256: sha256Of(heldoutBytes),
		};
		faults.push(...imageFaults(image, trainImage));
		verifyArtifact(artifact, manifest, artifactKey);
		const heldout = readHeldout(heldoutBytes, manifest, heldoutKey);
		const { evaluation } = manifest;
		const signature = manifest.signature as Signature;
		if (evaluation) faults.push(...evaluationFaults(evaluation, signature, heldout));
		if (evaluation && faults.length === 0)
			return { run: { manifest, signature, evaluation, artifact, heldout }, faults, lineage };
	} catch (thrown) {
		if (!(thrown instanceof Error) || !FAULTS.has(thrown.name)) throw thrown;
		faults.push(`${thrown.name}: ${thrown.message}`);
	}
	return { faults, ...(lineage && { lineage }) };
}

/** A model is reproducible only by the image that made it. */
function imageFaults(image: string | undefined, trainImage: string | undefined): string[] {
	if (trainImage === undefined || image === trainImage) return [];
	return [
		`The manifest's lineage.image is ${image ?? "missing"}, but the pipeline trained with ${trainImage}. Let the trainer write what TRIPLANE_TRAIN_IMAGE says.`,
	];
}

function evaluationFaults(
	{ task, output, probabilities }: Evaluation,
	{ outputs }: Signature,
	{ targets }: Heldout,
): string[] {
	const find = (name: string) => outputs.find((each) => each.name === name);
	const fault = (text: string) => [`The manifest's evaluation ${text}. Correct the trainer.`];
	const compared = find(output);
	if (!compared) return fault(`compares "${output}", which is no output`);
	if (!isComparable(task, compared.datatype)) return fault(`is a ${task}, but "${output}" is ${compared.datatype}`);
	if (task === "regression" && targets.some((target) => typeof target === "string"))
		return fault("is a regression, but its targets are text");
	if (!probabilities) return [];
	if (task === "regression") return fault("is a regression, which has no probabilities");
	const floats = find(probabilities.output)?.datatype;
	if (floats !== "FP32" && floats !== "FP64")
		return fault(`names "${probabilities.output}" for probabilities, which is no output of FP32 or FP64`);
	const classes = new Set(probabilities.classes);
	if (classes.size < probabilities.classes.length) return fault("names a class twice");
	const stranger = targets.find((target) => !classes.has(target));
	return stranger === undefined
		? []
		: fault(`does not name the class ${JSON.stringify(stranger)} of the held-out rows`);
}
