/**
 * What everything around the model costs a warm request: the whole predict function against a bare handler with the same model.
 * In process; AWS is answered from memory behind the SDK's own clients, and every request asks the token bucket.
 */
import { openSync, writeSync } from "node:fs";
import { BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { artifactKey, type Signature } from "../../charter/registry.ts";
import { onnxRuntime } from "../../functions/predict/onnx.ts";
import { createPredictService } from "../../functions/predict/service.ts";
import { createTelemetry } from "../../functions/shared/telemetry/telemetry.ts";
import { acme, apiEvent, lambdaContext } from "../support/functions-api.ts";
import { MemoryAws } from "../support/functions-aws.ts";
import {
	artifactBytes,
	heldOut,
	inferBody,
	MODEL,
	manifest,
	predictEnvironment,
	putRoute,
	putVersion,
	versionRecord,
} from "../support/functions-predict.ts";
import { type Bench, MEDIAN, quantile } from "./bench.ts";

const WARM_UP_REQUESTS = 500;
const REQUESTS = 4_000;
const PROGRESS_EVERY = 1_000;
const P99 = 0.99;
/** So large that no request is refused and no lease saves the bucket's update. */
const UNBOUNDED = 1_000_000;

type Answering = (event: APIGatewayProxyEvent) => Promise<{ statusCode: number; body: string }>;

/** Spans are recorded and flushed; what a collector would take is not ours to measure. */
const discarding: SpanExporter = { export: (_, done) => done({ code: 0 }), shutdown: async () => undefined };

function wholeHandler(): Answering {
	const aws = new MemoryAws();
	aws.objects.set(artifactKey(MODEL, manifest.artifact.sha256), artifactBytes);
	putVersion(aws, versionRecord(1));
	putRoute(aws, [{ name: "champion", version: 1, weight: 100 }]);
	const environment = { ...predictEnvironment, [ENVIRONMENT.reservedConcurrency]: String(UNBOUNDED) };
	const sink = openSync("/dev/null", "w");
	const write = (line: string) => {
		writeSync(sink, `${line}\n`);
	};
	const telemetry = createTelemetry({ environment, write, processors: [new BatchSpanProcessor(discarding)] });
	const { handler } = createPredictService({ environment, telemetry, ...aws.clients(), runtime: onnxRuntime });
	return (event) => handler(event, lambdaContext());
}

async function bareHandler(): Promise<Answering> {
	const session = await onnxRuntime.load(artifactBytes, manifest.signature as Signature);
	return async ({ body }) => {
		const { inputs } = JSON.parse(body ?? "");
		const [{ name, datatype, shape, data }] = inputs;
		const outputs = await session.run(
			[{ name, datatype, shape, data: Float32Array.from(data) }],
			["label", "probabilities"],
		);
		const values = outputs.map((output) => ({ ...output, data: Array.from(output.data, Number) }));
		return { statusCode: 200, body: JSON.stringify({ outputs: values }) };
	};
}

async function timeMs(answer: Answering, event: APIGatewayProxyEvent): Promise<number> {
	const startedAtMs = performance.now();
	const { statusCode, body } = await answer(event);
	const ms = performance.now() - startedAtMs;
	if (statusCode !== 200) throw new Error(`The bench's request was answered ${statusCode}: ${body}`);
	return ms;
}

const spec = (percentile: string, goal: number) =>
	({
		name: `predict-warm-overhead-${percentile}`,
		what: `${percentile} of a warm request through the whole function, less ${percentile} of a bare handler with the same model (the baseline)`,
		unit: "ms",
		goal,
	}) as const;
const [p50, p99] = [spec("p50", 1), spec("p99", 3)];

export const warmOverhead: Bench = {
	lines: [p50, p99],
	measure: async (progress) => {
		const [whole, bare] = [wholeHandler(), await bareHandler()];
		const tenant = { ...acme, rps: String(UNBOUNDED), burst: String(UNBOUNDED) };
		const event = apiEvent({ tenant, body: inferBody(heldOut.slice(0, 1)) });
		const times: { whole: number[]; bare: number[] } = { whole: [], bare: [] };
		for (let i = -WARM_UP_REQUESTS; i < REQUESTS; i++) {
			if (i % PROGRESS_EVERY === 0) progress(`predict-warm-overhead: ${Math.max(0, i)} of ${REQUESTS} requests`);
			const [wholeMs, bareMs] = [await timeMs(whole, event), await timeMs(bare, event)];
			if (i < 0) continue;
			times.whole.push(wholeMs);
			times.bare.push(bareMs);
		}
		const overhead = (share: number) => {
			const baseline = quantile(times.bare, share);
			return { value: quantile(times.whole, share) - baseline, baseline };
		};
		return { [p50.name]: overhead(MEDIAN), [p99.name]: overhead(P99) };
	},
};
