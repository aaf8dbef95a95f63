/** Lambda's entry to the shadow function. Wiring only. */
import { dynamodbClient, s3Client, sqsClient } from "../shared/clients.ts";
import { onnxRuntime } from "../shared/inference/onnx.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createShadowService } from "./service.ts";

const environment = process.env;
export const handler = createShadowService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	s3: s3Client(),
	sqs: sqsClient(),
	runtime: onnxRuntime,
});
