/** Lambda's entry to the release function. Wiring only. */
import { cloudwatchClient, eventsClient, lambdaClient, sfnClient } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { createReleaseService } from "./service.ts";

const environment = process.env;
export const handler = createReleaseService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	lambda: lambdaClient(),
	cloudwatch: cloudwatchClient(),
	events: eventsClient(),
	sfn: sfnClient(),
});
