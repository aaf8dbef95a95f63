/**
 * Takes a run's files out of the one archive that a SageMaker training job leaves, and puts them where a run's files lie. What is
 * in them is checked where they are read.
 */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { z } from "zod";
import { HELDOUT_FILE } from "../../charter/heldout.ts";
import { RUN_FILES, STAGING_PREFIX, stagingPrefix } from "../../charter/registry.ts";
import { RegisterRequestError, RunNotFoundError } from "../shared/runs/errors.ts";
import { nameFault } from "../shared/runs/names.ts";
import { type RunBucket, requiredFile } from "../shared/runs/run-bucket.ts";

const CollectRequest = z.strictObject({ model: z.string(), run: z.string(), archive: z.string() });
/** The manifest last: whoever finds one finds the whole run. */
const FILES: readonly string[] = [RUN_FILES.artifact, HELDOUT_FILE, RUN_FILES.manifest];
/** All files together; a bomb of zeros ends here, and not in the function's memory. */
const UNPACKED_MAX_BYTES = 512 * 1024 * 1024;

export interface CollectResponse {
	/** Names of the files that were put. */
	files: string[];
}

/**
 * @param bucketName whose archives are taken, below their own model's runs
 * @throws {RegisterRequestError} where the request is none; {@link RunNotFoundError} where the archive is none, or lacks a file
 */
export async function collect(bucket: RunBucket, bucketName: string, event: unknown): Promise<CollectResponse> {
	const parsed = CollectRequest.safeParse(event);
	if (!parsed.success) throw new RegisterRequestError(`The request is none: ${z.prettifyError(parsed.error)}`);
	const { model, run, archive } = parsed.data;
	const fault = nameFault({ model, run });
	const base = `s3://${bucketName}/`;
	if (fault) throw new RegisterRequestError(fault);
	if (!archive.startsWith(`${base}${STAGING_PREFIX}${model}/`))
		throw new RegisterRequestError(
			`The archive ${archive} does not lie below ${base}${STAGING_PREFIX}${model}/. Let the training job write there.`,
		);
	const key = archive.slice(base.length);
	const found = await unpacked(await requiredFile(bucket, key, UNPACKED_MAX_BYTES), key);
	const missing = FILES.filter((name) => !found.has(name));
	if (missing.length > 0)
		throw new RunNotFoundError(
			`The archive ${key} has no ${missing.join(" and no ")}. Let the trainer leave its files directly in TRIPLANE_RUN_DIRECTORY.`,
		);
	for (const name of FILES) {
		const bytes = found.get(name) ?? new Uint8Array();
		await bucket.write(`${stagingPrefix(model, run)}${name}`, bytes, createHash("sha256").update(bytes).digest("hex"));
	}
	return { files: [...found.keys()].sort() };
}

/** The run's files by name; whatever else is in the archive is passed over. */
async function unpacked(archive: Uint8Array, key: string): Promise<Map<string, Uint8Array>> {
	const files = new Map<string, Uint8Array>();
	const tar = extract();
	const reading = (async () => {
		let bytes = 0;
		for await (const entry of tar) {
			const chunks: Uint8Array[] = [];
			for await (const chunk of entry as AsyncIterable<Uint8Array>) {
				bytes += chunk.length;
				if (bytes > UNPACKED_MAX_BYTES) throw new RangeError(`it unpacks to more than ${UNPACKED_MAX_BYTES} bytes`);
				chunks.push(chunk);
			}
			const name = entry.header.name.replace(/^\.\//, "");
			if (entry.header.type === "file" && FILES.includes(name)) files.set(name, Buffer.concat(chunks));
		}
	})();
	try {
		await Promise.all([pipeline(Readable.from([archive]), createGunzip(), tar), reading]);
	} catch (cause) {
		throw new RunNotFoundError(
			`The archive ${key} cannot be unpacked: ${cause instanceof Error ? cause.message : cause}. Look at the training job's log.`,
			{ cause },
		);
	}
	return files;
}
