/** Lambda's entry to the judge, which the pipeline asks after each interval of a rollout. Wiring only. */
import { cloudwatchClient, dynamodbClient, eventsClient, sqsClient } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createJudgeService } from "./service.ts";

const environment = process.env;
export const handler = createJudgeService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	cloudwatch: cloudwatchClient(),
	events: eventsClient(),
	sqs: sqsClient(),
});
