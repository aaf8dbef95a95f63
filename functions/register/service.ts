/** Puts the register function together from its environment and clients; one log record and one span a registration. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { S3Client } from "@aws-sdk/client-s3";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { RegisterResponse } from "../../charter/messages.ts";
import { type Environment, requiredText } from "../shared/environment.ts";
import { createEvents } from "../shared/events.ts";
import { runBucket } from "../shared/runs/run-bucket.ts";
import { observed } from "../shared/telemetry/observed.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { type RegisterPorts, register } from "./register.ts";
import { registryTable } from "./registry-table.ts";

export interface RegisterParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	s3: S3Client;
	events: EventBridgeClient;
}

const NAME = "register";

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createRegisterService({ environment, telemetry, dynamodb, s3, events }: RegisterParts) {
	const bus = environment[ENVIRONMENT.eventBus];
	const ports: RegisterPorts = {
		bucket: runBucket(s3, requiredText(environment, ENVIRONMENT.artifactBucket)),
		registry: registryTable(dynamodb, requiredText(environment, ENVIRONMENT.registryTable)),
		...(bus ? { events: createEvents(events, bus) } : {}),
		now: telemetry.now,
	};
	return (event: unknown): Promise<RegisterResponse> =>
		observed(telemetry, NAME, async (log) => {
			const response = await register(ports, event);
			log.info(NAME, { model: response.model, version: response.version });
			return response;
		});
}
