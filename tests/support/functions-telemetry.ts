/** Telemetry that keeps what it was told: log records, metrics lines and finished spans. */
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { createTelemetry } from "../../functions/shared/telemetry/telemetry.ts";

interface Lines {
	/** Parsed log records. */
	records: Record<string, unknown>[];
	/** Parsed metrics lines. */
	metrics: Record<string, unknown>[];
}

export function memoryTelemetry(options: { now?: () => number; environment?: Record<string, string> } = {}) {
	const lines: Lines = { records: [], metrics: [] };
	const spans = new InMemorySpanExporter();
	const telemetry = createTelemetry({
		environment: { [ENVIRONMENT.serviceName]: "test", [ENVIRONMENT.environment]: "dev", ...options.environment },
		write: (line) => {
			const parsed: Record<string, unknown> = JSON.parse(line);
			(Object.hasOwn(parsed, "_aws") ? lines.metrics : lines.records).push(parsed);
		},
		processors: [new SimpleSpanProcessor(spans)],
		...(options.now && { now: options.now }),
	});
	return { telemetry, lines, spans };
}
