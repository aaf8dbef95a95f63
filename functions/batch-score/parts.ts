/** What both entries of the scoring make of the process they run in: clients and telemetry. Wiring only. */
import { bulkS3Client, dynamodbClient } from "../shared/clients.ts";
import type { Environment } from "../shared/environment.ts";
import { onnxRuntime } from "../shared/inference/onnx.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import type { ScoreParts } from "./service.ts";

export const scoreParts = (environment: Environment): ScoreParts => ({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	s3: bulkS3Client(),
	runtime: onnxRuntime,
});
