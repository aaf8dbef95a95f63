/** Lambda's entry to the rollout function. Wiring only. */
import { dynamodbClient, ecsClient, eventsClient, sfnClient, sqsClient } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createRolloutService } from "./service.ts";

const environment = process.env;
export const handler = createRolloutService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	ecs: ecsClient(),
	events: eventsClient(),
	sfn: sfnClient(),
	sqs: sqsClient(),
});
