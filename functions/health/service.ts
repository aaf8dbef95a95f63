/** Puts the health function together from its environment and client, as handler.ts and the tests need it. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { type Environment, requiredNames, requiredText } from "../shared/environment.ts";
import { type ApiHandler, serve } from "../shared/http/serve.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { type HealthPorts, health } from "./health.ts";
import { routeStore } from "./route-store.ts";

export interface HealthParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
}

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createHealthService({ environment, telemetry, dynamodb }: HealthParts): ApiHandler {
	const ports: HealthPorts = {
		models: requiredNames(environment, ENVIRONMENT.realtimeModels),
		routes: routeStore(dynamodb, requiredText(environment, ENVIRONMENT.registryTable)),
	};
	return serve({
		telemetry,
		name: "health",
		answer: (call) => health(ports, call),
	});
}
