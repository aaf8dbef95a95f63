/** Lambda's entry to the function that plans windows. Wiring only. */
import { bulkS3Client, dynamodbClient } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createPlanService } from "./service.ts";

const environment = process.env;
export const handler = createPlanService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	s3: bulkS3Client(),
});
