/** Lambda's entry to the submit function of all queued models. Wiring only. */
import { dynamodbClient, s3Client, sqsClient } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createSubmitService } from "./service.ts";

const environment = process.env;
export const handler = createSubmitService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	s3: s3Client(),
	sqs: sqsClient(),
});
