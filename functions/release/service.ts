/** Puts the release function together from its environment and AWS clients: one record and one span an action. */
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { SFNClient } from "@aws-sdk/client-sfn";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { type Environment, requiredText } from "../shared/environment.ts";
import { createEvents } from "../shared/events.ts";
import { observed } from "../shared/telemetry/observed.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { act, type Response } from "./act.ts";
import { cloudwatchWatch } from "./cloudwatch-watch.ts";
import { lambdaAliases } from "./lambda-aliases.ts";
import { readRequest } from "./request.ts";
import { sfnExecutions } from "./sfn-executions.ts";

export interface ReleaseParts {
	environment: Environment;
	telemetry: Telemetry;
	lambda: LambdaClient;
	cloudwatch: CloudWatchClient;
	events: EventBridgeClient;
	sfn: SFNClient;
}

const NAME = "release";

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createReleaseService(parts: ReleaseParts): (event: unknown) => Promise<Response> {
	const { environment, telemetry } = parts;
	const ports = {
		aliases: lambdaAliases(parts.lambda),
		watch: cloudwatchWatch(parts.cloudwatch),
		executions: sfnExecutions(parts.sfn),
		events: createEvents(parts.events, requiredText(environment, ENVIRONMENT.eventBus)),
		now: telemetry.now,
	};
	return (event) =>
		observed(telemetry, NAME, async (log) => {
			const request = readRequest(event);
			const response = await act(ports, request);
			log.info(`${NAME} ${request.action}: ${JSON.stringify(response)}`);
			return response;
		});
}
