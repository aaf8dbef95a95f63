/** One upload from its environment to its exit code; what the process itself does about signals and its end is main.ts. */
import type { S3Client } from "@aws-sdk/client-s3";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { type Environment, FunctionSettingsError, requiredText } from "../shared/environment.ts";
import { nameFault } from "../shared/runs/names.ts";
import { runBucket } from "../shared/runs/run-bucket.ts";
import { createLog, type WriteLine } from "../shared/telemetry/log.ts";
import { type UploadRequest, uploadRun } from "./upload.ts";

export interface UploadParts {
	environment: Environment;
	s3: S3Client;
	write: WriteLine;
	now?: () => number;
}

/** The run is not in order or could not be put; the task's own definition is wrong. */
export const EXIT = { done: 0, failed: 1, settings: 2 } as const;

const NAME = "upload-run";

/** @returns the exit code; never throws */
export async function runUpload({ environment, s3, write, now = Date.now }: UploadParts): Promise<number> {
	const log = createLog({
		service: environment[ENVIRONMENT.serviceName] ?? NAME,
		environment: environment[ENVIRONMENT.environment] ?? "",
		write,
		now,
	});
	try {
		const request = readRequest(environment);
		const { objects, sha256 } = await uploadRun(
			runBucket(s3, requiredText(environment, ENVIRONMENT.artifactBucket)),
			request,
		);
		const listed = Object.entries(objects).map(([key, bytes]) => `${key} (${bytes} bytes)`);
		log.info(`Run "${request.run}" with the artifact ${sha256} was put: ${listed.join(", ")}.`, {
			model: request.model,
		});
		return EXIT.done;
	} catch (thrown) {
		const { model } = ENVIRONMENT;
		log.error(NAME, environment[model] ? { model: environment[model] } : {}, thrown);
		return thrown instanceof FunctionSettingsError ? EXIT.settings : EXIT.failed;
	}
}

/** @throws {FunctionSettingsError} */
function readRequest(environment: Environment): UploadRequest {
	const model = requiredText(environment, ENVIRONMENT.model);
	const run = requiredText(environment, ENVIRONMENT.run);
	const fault = nameFault({ model, run });
	if (fault) throw new FunctionSettingsError(fault);
	const directory = requiredText(environment, ENVIRONMENT.runDirectory);
	const trainImage = environment[ENVIRONMENT.trainImage];
	return { model, run, directory, ...(trainImage ? { trainImage } : {}) };
}
