/** Lambda's entry to the register function. Wiring only. */
import { dynamodbClient, eventsClient, s3Client } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createRegisterService } from "./service.ts";

const environment = process.env;
export const handler = createRegisterService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	s3: s3Client(),
	events: eventsClient(),
});
