/**
 * What a function tells about itself, put together from its environment: log, metrics lines and tracing.
 * The charter has the names; log.ts, metrics.ts and tracing.ts have the forms.
 */
import type { SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { API_ERRORS, ApiError } from "../../../charter/errors.ts";
import { type Environment, requiredText } from "../environment.ts";
import { createLog, type Log, type WriteLine } from "./log.ts";
import { createTracing, type Tracing } from "./tracing.ts";

export interface Telemetry {
	log: Log;
	tracing: Tracing;
	/** Takes metrics lines. */
	write: WriteLine;
	/** Milliseconds since the epoch. */
	now: () => number;
}

export interface TelemetryOptions {
	environment: Environment;
	write: WriteLine;
	processors: SpanProcessor[];
	now?: () => number;
}

/** Errors from here on are the platform's. */
const FAULT_STATUS = API_ERRORS.INTERNAL;

/** @throws {FunctionSettingsError} where the environment lacks the service's name or the stack's environment */
export function createTelemetry({ environment, write, processors, now = Date.now }: TelemetryOptions): Telemetry {
	const service = requiredText(environment, ENVIRONMENT.serviceName);
	const sampleRatio = environment[ENVIRONMENT.traceSampleRatio];
	return {
		log: createLog({ service, environment: requiredText(environment, ENVIRONMENT.environment), write, now }),
		tracing: createTracing({
			serviceName: service,
			sampleRatio: sampleRatio === undefined ? 1 : Number(sampleRatio),
			processors,
			xrayHeader: () => environment._X_AMZN_TRACE_ID,
			isFault: (thrown) => !(thrown instanceof ApiError) || thrown.status >= FAULT_STATUS,
		}),
		write,
		now,
	};
}
