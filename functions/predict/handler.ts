/** Lambda's entry to the predict function: clients, telemetry, and the model loaded before the first request. Wiring only. */
import { dynamodbClient, s3Client, sqsClient } from "../shared/clients.ts";
import { onnxRuntime } from "../shared/inference/onnx.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createPredictService } from "./service.ts";

const environment = process.env;
const service = createPredictService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	s3: s3Client(),
	sqs: sqsClient(),
	runtime: onnxRuntime,
});
await service.warm();

export const { handler } = service;
