/** Lambda's entry to the API's authorizer. Wiring only. */
import { dynamodbClient } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createAuthorizeService } from "./service.ts";

const environment = process.env;
export const handler = createAuthorizeService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
});
