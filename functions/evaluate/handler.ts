/** Lambda's entry to the evaluation of training runs. Wiring only. */
import { bulkS3Client, dynamodbClient, eventsClient } from "../shared/clients.ts";
import { onnxRuntime } from "../shared/inference/onnx.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createEvaluateService } from "./service.ts";

const environment = process.env;
export const handler = createEvaluateService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	s3: bulkS3Client(),
	events: eventsClient(),
	runtime: onnxRuntime,
});
