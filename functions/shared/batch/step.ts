/**
 * Runs one step of a batch window: the request parsed, one span in the workflow's trace, one log record, the answer out.
 * Errors are told and thrown on: the workflow retries, or catches them by name.
 */
import type { Attributes } from "@opentelemetry/api";
import { TRACE_PARENT_HEADER } from "@opentelemetry/core";
import type { z } from "zod";
import type { Log, LogFields } from "../telemetry/log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { ActiveSpan } from "../telemetry/tracing.ts";
import { BatchRequestError } from "./errors.ts";

/** What a step is given beside its request. */
interface StepCall {
	span: ActiveSpan;
	log: Log;
}

export interface StepOptions<Request, Response> {
	telemetry: Telemetry;
	/** Name of the span, and message of the log record. */
	name: string;
	request: z.ZodType<Request>;
	/** W3C context of the trace that it belongs to, where there is one. */
	traceparent: (request: Request) => string | undefined;
	/** What its log record and span say of it. */
	facts: (request: Request) => { log: LogFields; span: Attributes };
	run: (request: Request, call: StepCall) => Promise<Response>;
	/** Told of each run, however it ended. */
	onEnded?: (request: Request, latencyMs: number, hasFailed: boolean) => LogFields;
}

export type StepHandler<Response> = (event: unknown) => Promise<Response>;

export function step<Request, Response>(options: StepOptions<Request, Response>): StepHandler<Response> {
	const { telemetry, name, traceparent, facts, run, onEnded } = options;
	return async (event) => {
		const startedAtMs = performance.now();
		const request = parse(options.request, event, name);
		const parent = traceparent(request);
		const { log: fields, span: attributes } = facts(request);
		const span = telemetry.tracing.start(name, new Map(parent ? [[TRACE_PARENT_HEADER, parent]] : []), attributes);
		const log = telemetry.log.with({ ...fields, traceId: span.traceId, spanId: span.spanId });
		const ended = (hasFailed: boolean): LogFields => {
			const latencyMs = performance.now() - startedAtMs;
			return { latencyMs, ...onEnded?.(request, latencyMs, hasFailed) };
		};
		try {
			const response = await run(request, { span, log });
			log.info(name, ended(false));
			span.end();
			return response;
		} catch (thrown) {
			log.error(name, ended(true), thrown);
			span.end(thrown);
			throw thrown;
		} finally {
			await telemetry.tracing.flush();
		}
	};
}

function parse<Request>(schema: z.ZodType<Request>, event: unknown, name: string): Request {
	const parsed = schema.safeParse(event);
	if (parsed.success) return parsed.data;
	const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
	throw new BatchRequestError(
		`The step "${name}" was asked for what it cannot read: ${faults.join("; ")}. Start the execution with {} for the window that is due, or with {"start": "2026-11-23", "end": "2026-11-24"}.`,
	);
}
