/** What a training run has left where the pipeline reads it, for whoever wants to know what a model should answer. */
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { TriplaneError } from "../../charter/errors.ts";
import { HELDOUT_FILE } from "../../charter/heldout.ts";
import { TrainingManifest } from "../../charter/messages.ts";
import { RUN_FILES, stagingPrefix } from "../../charter/registry.ts";
import type { AwsTarget } from "./aws.ts";
import { type HeldoutRow, parseHeldout } from "./heldout.ts";

/** @throws {TriplaneError} that names the file that is not there */
export async function readStagedRun(
	aws: AwsTarget,
	artifactBucket: string,
	model: string,
	run: string,
): Promise<{ manifest: TrainingManifest; heldout: HeldoutRow[] }> {
	const s3 = new S3Client({ ...aws, forcePathStyle: aws.endpoint !== undefined });
	const read = async (name: string): Promise<string> => {
		const Key = stagingPrefix(model, run) + name;
		try {
			const { Body } = await s3.send(new GetObjectCommand({ Bucket: artifactBucket, Key }));
			return (await Body?.transformToString()) ?? "";
		} catch (cause) {
			throw new TriplaneError(`The run ${run} of ${model} has left no ${name}: s3://${artifactBucket}/${Key}.`, {
				cause,
			});
		}
	};
	try {
		const manifest = TrainingManifest.parse(JSON.parse(await read(RUN_FILES.manifest)));
		return { manifest, heldout: parseHeldout(await read(HELDOUT_FILE)) };
	} finally {
		s3.destroy();
	}
}
