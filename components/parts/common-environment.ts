/**
 * Environment variables that every function reads: what it is, where it runs, and how much it traces.
 * What one function alone reads is set where the function is made.
 */
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { Settings } from "../../charter/settings.ts";

/** @param service name of the function in logs and traces */
export const commonEnvironment = (
	{ environment, observability }: Pick<Settings, "environment" | "observability">,
	service: string,
): Record<string, string> => ({
	[ENVIRONMENT.environment]: environment,
	[ENVIRONMENT.serviceName]: service,
	[ENVIRONMENT.traceSampleRatio]: String(observability.traceSampleRatio),
	...(observability.otlpEndpoint ? { [ENVIRONMENT.otlpEndpoint]: observability.otlpEndpoint } : {}),
});
