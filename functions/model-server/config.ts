/** What the model server is told by its environment, under the charter's names. Not the AWS clients' own variables. */
import { ENVIRONMENT } from "../../charter/environment.ts";
import { VERSION_MAX } from "../../charter/registry.ts";
import { type Environment, FunctionSettingsError, requiredNumber, requiredText } from "../shared/environment.ts";

export interface ModelServerConfig {
	/** The one model that it serves, in all its versions. */
	model: string;
	/** What it is started to serve. @default whatever it is asked for */
	version: number | undefined;
	registryTable: string;
	artifactBucket: string;
	port: number;
}

/** @throws {FunctionSettingsError} where something is missing or no number, by name */
export function readConfig(environment: Environment): ModelServerConfig {
	for (const name of [ENVIRONMENT.serviceName, ENVIRONMENT.environment]) requiredText(environment, name);
	return {
		model: requiredText(environment, ENVIRONMENT.model),
		version: environment[ENVIRONMENT.modelVersion] ? requiredVersion(environment) : undefined,
		registryTable: requiredText(environment, ENVIRONMENT.registryTable),
		artifactBucket: requiredText(environment, ENVIRONMENT.artifactBucket),
		port: requiredNumber(environment, ENVIRONMENT.modelServerPort),
	};
}

function requiredVersion(environment: Environment): number {
	const version = requiredNumber(environment, ENVIRONMENT.modelVersion);
	if (Number.isInteger(version) && version >= 1 && version <= VERSION_MAX) return version;
	throw new FunctionSettingsError(
		`${ENVIRONMENT.modelVersion} in the environment is ${version}. It must be a version: a whole number from 1.`,
	);
}
