/**
 * Writes log records of the charter's schema, one JSON object a line.
 * Straight to the stream: Lambda's JSON log format would wrap what goes through `console`, and metrics lines would be lost.
 */
import { TriplaneError } from "../../../charter/errors.ts";
import type { LogRecord } from "../../../charter/telemetry.ts";

/** Takes one line, without its end. */
export type WriteLine = (line: string) => void;

export type LogFields = Partial<
	Omit<LogRecord, "timestamp" | "level" | "message" | "service" | "environment" | "error">
>;

export interface Log {
	info(message: string, fields?: LogFields): void;
	/** Something went wrong that the platform made up for; `thrown` is what went wrong. */
	warn(message: string, fields?: LogFields, thrown?: unknown): void;
	error(message: string, fields?: LogFields, thrown?: unknown): void;
	/** A log whose records all carry these fields too. */
	with(fields: LogFields): Log;
}

export interface LogOptions {
	service: string;
	environment: string;
	write: WriteLine;
	now: () => number;
}

const CAUSES_MAX = 5;

export const writeToStdout: WriteLine = (line) => {
	process.stdout.write(`${line}\n`);
};

export function createLog(options: LogOptions, always: LogFields = {}): Log {
	const { service, environment, write, now } = options;
	const record = (level: LogRecord["level"], message: string, fields: LogFields = {}, thrown?: unknown) => {
		const timestamp = new Date(now()).toISOString();
		const error = thrown === undefined ? {} : { error: errorFields(thrown) };
		const whole: LogRecord = { timestamp, level, message, service, environment, ...always, ...fields, ...error };
		write(JSON.stringify(whole));
	};
	return {
		info: (message, fields) => record("INFO", message, fields),
		warn: (message, fields, thrown) => record("WARN", message, fields, thrown),
		error: (message, fields, thrown) => record("ERROR", message, fields, thrown),
		with: (fields) => createLog(options, { ...always, ...fields }),
	};
}

function errorFields(thrown: unknown): NonNullable<LogRecord["error"]> {
	if (!(thrown instanceof Error)) return { name: "NonError", message: String(thrown) };
	const causes = causesOf(thrown);
	const message = [thrown.message, ...causes.map((cause) => `Cause: ${cause.name}: ${cause.message}`)].join(" ");
	// A foreseen error says all in its message; only where something unforeseen is at the bottom does the place matter.
	const origin = causes.at(-1) ?? thrown;
	const stack = origin instanceof TriplaneError ? undefined : origin.stack;
	return { name: thrown.name, message, ...(stack && { stack }) };
}

/** From the nearest to the first; an error may be among its own causes. */
function causesOf(thrown: Error): Error[] {
	const causes: Error[] = [];
	for (let { cause } = thrown; cause instanceof Error && causes.length < CAUSES_MAX; { cause } = cause)
		causes.push(cause);
	return causes;
}
