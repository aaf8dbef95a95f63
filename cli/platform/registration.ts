/** Hands a training run to the control plane: uploads its files to the staging area and asks for their registration. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { TriplaneError } from "../../charter/errors.ts";
import type { RegisterRequest, RegisterResponse } from "../../charter/messages.ts";
import { RUN_FILES, stagingPrefix } from "../../charter/registry.ts";
import type { AwsTarget } from "./aws.ts";
import { FunctionRefusedError, invoke } from "./invoke.ts";

/**
 * Registers the run in a folder as the model's next version.
 * @throws {TriplaneError} with the control plane's own words where it refuses
 */
export async function registerRun(
	aws: AwsTarget,
	stack: { artifactBucket: string; registerFunction: string },
	request: RegisterRequest,
	folder: string,
): Promise<RegisterResponse> {
	const s3 = new S3Client({ ...aws, forcePathStyle: aws.endpoint !== undefined });
	try {
		for (const [name, Body] of await readRun(folder))
			await s3.send(
				new PutObjectCommand({
					Bucket: stack.artifactBucket,
					Key: stagingPrefix(request.model, request.run) + name,
					Body,
				}),
			);
		return await requestRegistration(aws, stack.registerFunction, request);
	} finally {
		s3.destroy();
	}
}

/** @throws {TriplaneError} with the control plane's own words where it refuses */
export async function requestRegistration(
	aws: AwsTarget,
	registerFunction: string,
	request: RegisterRequest,
): Promise<RegisterResponse> {
	try {
		return await invoke<RegisterResponse>(aws, registerFunction, request);
	} catch (cause) {
		if (!(cause instanceof FunctionRefusedError)) throw cause;
		throw new TriplaneError(`The registry refused run "${request.run}" of ${request.model}: ${cause.message}`, {
			cause,
		});
	}
}

/** Both files of a run, before anything is uploaded. */
const readRun = (folder: string): Promise<[string, Buffer][]> =>
	Promise.all(
		Object.values(RUN_FILES).map(async (name): Promise<[string, Buffer]> => {
			try {
				return [name, await readFile(join(folder, name))];
			} catch (cause) {
				throw new TriplaneError(
					`${join(folder, name)} cannot be read. A training run is a folder with ${Object.values(RUN_FILES).join(" and ")}.`,
					{ cause },
				);
			}
		}),
	);
