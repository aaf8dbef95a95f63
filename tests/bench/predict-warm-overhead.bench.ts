/**
 * What everything around the model costs a warm request: the whole predict function against a bare handler with the same model.
 * In process; AWS is answered from memory behind the SDK's own clients, and every request asks the token bucket.
 */
import { openSync, writeSync } from "node:fs";
import { BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { artifactKey, type Signature } from "../../charter/registry.ts";
import { createPredictService } from "../../functions/predict/service.ts";
import { onnxRuntime } from "../../functions/shared/inference/onnx.ts";
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
/** Each round gives a figure of its own, and their median counts: a busy moment of the machine is one round's. */
const ROUNDS = 15;
const REQUESTS_PER_ROUND = 300;
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

/** Times in milliseconds, request by request. */
interface Round {
	whole: number[];
	bare: number[];
}

async function measureRound(
	whole: Answering,
	bare: Answering,
	event: APIGatewayProxyEvent,
	requests: number,
): Promise<Round> {
	const round: Round = { whole: [], bare: [] };
	for (let i = 0; i < requests; i++) {
		round.whole.push(await timeMs(whole, event));
		round.bare.push(await timeMs(bare, event));
	}
	return round;
}

const medianOf = (rounds: readonly Round[], figure: (round: Round) => number): number =>
	quantile(rounds.map(figure), MEDIAN);

const spec = (percentile: string, goal: number) =>
	({
		name: `predict-warm-overhead-${percentile}`,
		what: `${percentile} of a warm request through the whole function, less ${percentile} of a bare handler with the same model (the baseline), the median of ${ROUNDS} rounds`,
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
		const rounds: Round[] = [];
		await measureRound(whole, bare, event, WARM_UP_REQUESTS);
		for (let round = 1; round <= ROUNDS; round++) {
			progress(`predict-warm-overhead: round ${round} of ${ROUNDS}`);
			rounds.push(await measureRound(whole, bare, event, REQUESTS_PER_ROUND));
		}
		const overhead = (share: number) => ({
			value: medianOf(rounds, (round) => quantile(round.whole, share) - quantile(round.bare, share)),
			baseline: medianOf(rounds, (round) => quantile(round.bare, share)),
		});
		return { [p50.name]: overhead(MEDIAN), [p99.name]: overhead(P99) };
	},
};
