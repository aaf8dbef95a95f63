/**
 * Environment variables of the functions, by the charter's names: exactly what each function reads.
 * Values only: what a function may do with the stores named here is in its grants.
 */
import type * as pulumi from "@pulumi/pulumi";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { Settings } from "../../charter/settings.ts";

type Values = Partial<Record<keyof typeof ENVIRONMENT, pulumi.Input<string>>>;

/**
 * @param service name of the function in logs and traces
 * @param values by the charter's key; what all functions read is added
 */
export function functionEnvironment(
	settings: Pick<Settings, "environment" | "observability">,
	service: string,
	values: Values,
): Record<string, pulumi.Input<string>> {
	const { otlpEndpoint, traceSampleRatio } = settings.observability;
	const all: Values = {
		environment: settings.environment,
		serviceName: service,
		traceSampleRatio: String(traceSampleRatio),
		...(otlpEndpoint ? { otlpEndpoint } : {}),
		...values,
	};
	const variables: Record<string, pulumi.Input<string>> = {};
	for (const [key, variable] of Object.entries(ENVIRONMENT)) {
		const value = Object.entries(all).find(([name]) => name === key)?.[1];
		if (value !== undefined) variables[variable] = value;
	}
	return variables;
}
