/**
 * One span and its log around what a function of the control plane does in one call: errors are told and thrown on, and the span
 * is sent before the function is frozen. What is said of a call that went well is the call's own.
 */
import type { Log } from "./log.ts";
import type { Telemetry } from "./telemetry.ts";

/**
 * @param name of the span, and of the record where the work throws
 * @param work is given the log of its span
 */
export async function observed<Response>(
	telemetry: Telemetry,
	name: string,
	work: (log: Log) => Promise<Response>,
): Promise<Response> {
	const span = telemetry.tracing.start(name, new Map());
	const log = telemetry.log.with({ traceId: span.traceId, spanId: span.spanId });
	try {
		const response = await work(log);
		span.end();
		return response;
	} catch (thrown) {
		log.error(name, {}, thrown);
		span.end(thrown);
		throw thrown;
	} finally {
		await telemetry.tracing.flush();
	}
}
