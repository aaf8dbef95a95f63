/** What the model server is told by its environment, under the charter's names. Not the AWS clients' own variables. */
import { ENVIRONMENT } from "../../charter/environment.ts";
import { type Environment, requiredNumber, requiredText } from "../shared/environment.ts";

export interface ModelServerConfig {
	/** The one model that it serves, in all its versions. */
	model: string;
	registryTable: string;
	artifactBucket: string;
	port: number;
}

/** @throws {FunctionSettingsError} where something is missing or no number, by name */
export function readConfig(environment: Environment): ModelServerConfig {
	for (const name of [ENVIRONMENT.serviceName, ENVIRONMENT.environment]) requiredText(environment, name);
	return {
		model: requiredText(environment, ENVIRONMENT.model),
		registryTable: requiredText(environment, ENVIRONMENT.registryTable),
		artifactBucket: requiredText(environment, ENVIRONMENT.artifactBucket),
		port: requiredNumber(environment, ENVIRONMENT.modelServerPort),
	};
}
