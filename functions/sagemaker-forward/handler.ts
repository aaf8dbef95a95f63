/** Lambda's entry to the function that forwards a slot's jobs to SageMaker. Wiring only. */
import { dynamodbClient, s3Client, sagemakerClient, sqsClient } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { startTracing } from "../worker/tracing.ts";
import { createForwardService } from "./service.ts";

const environment = process.env;
const processors = otlpProcessors(environment);
export const handler = createForwardService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors }),
	// The same processors: what flushes the one's spans flushes the other's.
	tracer: startTracing("sagemaker-forward", processors).tracer,
	dynamodb: dynamodbClient(),
	s3: s3Client(),
	sqs: sqsClient(),
	sagemaker: sagemakerClient(),
});
