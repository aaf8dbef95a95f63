/** Lambda's entry to the health function. Wiring only. */
import { dynamodbClient } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createHealthService } from "./service.ts";

const environment = process.env;
export const handler = createHealthService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
});
