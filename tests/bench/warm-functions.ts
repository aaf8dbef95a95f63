/** What the benches of warm functions start from: one registered model in an AWS in memory, and telemetry that goes nowhere. */
import { openSync, writeSync } from "node:fs";
import { BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { artifactKey } from "../../charter/registry.ts";
import { createTelemetry, type Telemetry } from "../../functions/shared/telemetry/telemetry.ts";
import { MemoryAws } from "../support/functions-aws.ts";
import { artifactBytes, MODEL, manifest, putRoute, putVersion, versionRecord } from "../support/functions-predict.ts";

export const WARM_UP_REQUESTS = 500;
/** So large that no request is refused and no lease saves the bucket's update. */
export const UNBOUNDED = 1_000_000;

export type Answering = (event: APIGatewayProxyEvent) => Promise<{ statusCode: number; body: string }>;

export function registeredAws(): MemoryAws {
	const aws = new MemoryAws();
	aws.objects.set(artifactKey(MODEL, manifest.artifact.sha256), artifactBytes);
	putVersion(aws, versionRecord(1));
	putRoute(aws, [{ name: "champion", version: 1, weight: 100 }]);
	return aws;
}

/** Spans are recorded and flushed; what a collector would take is not ours to measure. */
const discarding: SpanExporter = { export: (_, done) => done({ code: 0 }), shutdown: async () => undefined };

export function quietTelemetry(environment: Record<string, string>): Telemetry {
	const sink = openSync("/dev/null", "w");
	const write = (line: string) => {
		writeSync(sink, `${line}\n`);
	};
	return createTelemetry({ environment, write, processors: [new BatchSpanProcessor(discarding)] });
}

export async function timeMs(answer: Answering, event: APIGatewayProxyEvent, expected = 200): Promise<number> {
	const startedAtMs = performance.now();
	const { statusCode, body } = await answer(event);
	const ms = performance.now() - startedAtMs;
	if (statusCode !== expected) throw new Error(`The bench's request was answered ${statusCode}: ${body}`);
	return ms;
}
