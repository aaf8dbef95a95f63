/** Lambda's entry to the function that works on a realtime model's jobs. Wiring only. */
import { dynamodbClient, s3Client, sqsClient } from "../shared/clients.ts";
import { onnxRuntime } from "../shared/inference/onnx.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { startTracing } from "../worker/tracing.ts";
import { createOverflowService } from "./service.ts";

const environment = process.env;
const processors = otlpProcessors(environment);
const telemetry = createTelemetry({ environment, write: writeToStdout, processors });
export const handler = createOverflowService({
	environment,
	telemetry,
	// The same processors: what flushes the one's spans flushes the other's.
	tracer: startTracing("overflow", processors).tracer,
	dynamodb: dynamodbClient(),
	s3: s3Client(),
	sqs: sqsClient(),
	runtime: onnxRuntime,
});
