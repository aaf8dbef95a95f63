/** Lambda's entry to the sweeper, which a schedule calls each minute. Wiring only. */
import { dynamodbClient, sqsClient } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createSweepService } from "./service.ts";

const environment = process.env;
export const handler = createSweepService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	sqs: sqsClient(),
});
