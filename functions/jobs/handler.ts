/** Lambda's entry to the function that shows and cancels jobs. Wiring only. */
import { dynamodbClient, s3Client } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createJobsService } from "./service.ts";

const environment = process.env;
export const handler = createJobsService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	s3: s3Client(),
});
