/**
 * Checks the files that a trainer has left in its folder, and puts them where the pipeline reads: the manifest last, so that
 * whoever finds one finds the whole run. How good the model is, is the evaluation's to say.
 */
import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { join } from "node:path";
import { HELDOUT_FILE } from "../../charter/heldout.ts";
import { RUN_FILES, stagingPrefix } from "../../charter/registry.ts";
import { RUN_BYTES_MAX, type RunFile } from "../../charter/run-files.ts";
import { RunNotFoundError, UploadError } from "../shared/runs/errors.ts";
import { readHeldout, sha256Of, verifyArtifact } from "../shared/runs/files.ts";
import { readManifest } from "../shared/runs/manifest.ts";
import type { RunBucket } from "../shared/runs/run-bucket.ts";

export interface UploadRequest {
	model: string;
	run: string;
	/** Folder of the run's files. */
	directory: string;
	/** Image that has trained, where the task says so. */
	trainImage?: string;
}

export interface Uploaded {
	/** Bytes by key, in the order in which they were put. */
	objects: Record<string, number>;
	sha256: string;
}

/** @throws {TriplaneError} that names the file and what is wrong; nothing was put then */
export async function uploadRun(bucket: Pick<RunBucket, "write">, request: UploadRequest): Promise<Uploaded> {
	const { model, run, directory, trainImage } = request;
	const at = (name: string) => join(directory, name);
	const manifestBytes = await fileOf(directory, RUN_FILES.manifest);
	const manifest = readManifest(new TextDecoder().decode(manifestBytes), model, at(RUN_FILES.manifest));
	const artifact = await fileOf(directory, RUN_FILES.artifact);
	verifyArtifact(artifact, manifest, at(RUN_FILES.artifact));
	const heldout = await fileOf(directory, HELDOUT_FILE);
	readHeldout(heldout, manifest, at(HELDOUT_FILE));
	const { image } = manifest.lineage;
	if (trainImage !== undefined && image !== trainImage)
		throw new UploadError(
			`${at(RUN_FILES.manifest)} has ${image ?? "no image"} as lineage.image, but ${trainImage} has trained. Let the trainer write what TRIPLANE_TRAIN_IMAGE says.`,
		);
	const files: [name: string, bytes: Uint8Array][] = [
		[RUN_FILES.artifact, artifact],
		[HELDOUT_FILE, heldout],
		[RUN_FILES.manifest, manifestBytes],
	];
	const objects: Record<string, number> = {};
	for (const [name, bytes] of files) {
		const key = `${stagingPrefix(model, run)}${name}`;
		await bucket.write(key, bytes, sha256Of(bytes));
		objects[key] = bytes.byteLength;
	}
	return { objects, sha256: manifest.artifact.sha256 };
}

async function fileOf(directory: string, name: RunFile): Promise<Uint8Array> {
	const path = join(directory, name);
	let file: FileHandle;
	try {
		// A pipe that nobody writes into would be waited for at its opening, and a link may lead anywhere.
		if (!(await lstat(path)).isFile())
			throw new UploadError(`${path} is no regular file. Let the trainer write one there: no link, pipe or folder.`);
		file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	} catch (cause) {
		if (cause instanceof UploadError) throw cause;
		throw new RunNotFoundError(
			`${path} cannot be read, though the trainer ended well. A run is ${Object.keys(RUN_BYTES_MAX).join(", ")} in the folder that TRIPLANE_RUN_DIRECTORY names.`,
			{ cause },
		);
	}
	try {
		const stat = await file.stat();
		const bytesMax = RUN_BYTES_MAX[name];
		if (stat.size > bytesMax)
			throw new UploadError(`${path} has ${stat.size} bytes, more than the ${bytesMax} that can be evaluated.`);
		return await file.readFile();
	} finally {
		await file.close();
	}
}
