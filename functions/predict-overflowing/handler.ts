/**
 * Lambda's entry to the predict function of a model that overflows into jobs: predict's own, with the overflow put in.
 * Wiring only; apart from predict's so that a model which refuses does not carry it.
 */
import { createPredictService } from "../predict/service.ts";
import { dynamodbClient, s3Client, sqsClient } from "../shared/clients.ts";
import { onnxRuntime } from "../shared/inference/onnx.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createOverflow } from "./overflow.ts";

const environment = process.env;
const clients = { dynamodb: dynamodbClient(), s3: s3Client(), sqs: sqsClient() };
const service = createPredictService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	...clients,
	runtime: onnxRuntime,
	overflow: createOverflow({ environment, ...clients, now: Date.now }),
});
await service.warm();

export const { handler } = service;
