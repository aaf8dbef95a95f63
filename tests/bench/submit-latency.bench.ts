/**
 * What accepting a job costs a warm request, against answering one at once: the whole submit function and the whole predict
 * function. In process; AWS is answered from memory behind the SDK's own clients, so the calls cost their serializing alone.
 */
import { openSync, writeSync } from "node:fs";
import { BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { artifactKey } from "../../charter/registry.ts";
import { createPredictService } from "../../functions/predict/service.ts";
import { onnxRuntime } from "../../functions/shared/inference/onnx.ts";
import type { WriteLine } from "../../functions/shared/telemetry/log.ts";
import { createTelemetry } from "../../functions/shared/telemetry/telemetry.ts";
import { createSubmitService } from "../../functions/submit/service.ts";
import { acme, apiEvent, lambdaContext } from "../support/functions-api.ts";
import { MemoryAws } from "../support/functions-aws.ts";
import { jobsEnvironment } from "../support/functions-jobs.ts";
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
const ROUNDS = 15;
const REQUESTS_PER_ROUND = 200;
/** So large that nothing is refused. */
const UNBOUNDED = 1_000_000;

type Answering = (event: APIGatewayProxyEvent) => Promise<{ statusCode: number; body: string }>;

const discarding: SpanExporter = { export: (_, done) => done({ code: 0 }), shutdown: async () => undefined };

/** Both functions over the same AWS: one model is the realtime and the queued one, so both check the same request. */
function handlers(): { submit: Answering; predict: Answering } {
	const aws = new MemoryAws();
	aws.objects.set(artifactKey(MODEL, manifest.artifact.sha256), artifactBytes);
	putVersion(aws, versionRecord(1));
	putRoute(aws, [{ name: "champion", version: 1, weight: 100 }]);
	const sink = openSync("/dev/null", "w");
	const write: WriteLine = (line) => {
		writeSync(sink, `${line}\n`);
	};
	const partsOf = (of: Record<string, string>) => {
		const environment = { ...of, [ENVIRONMENT.reservedConcurrency]: String(UNBOUNDED) };
		const telemetry = createTelemetry({ environment, write, processors: [new BatchSpanProcessor(discarding)] });
		return { environment, telemetry, ...aws.clients() };
	};
	const submit = createSubmitService(partsOf(jobsEnvironment));
	const { handler: predict } = createPredictService({ ...partsOf(predictEnvironment), runtime: onnxRuntime });
	return {
		submit: (event) => submit(event, lambdaContext()),
		predict: (event) => predict(event, lambdaContext()),
	};
}

async function timeMs(answer: Answering, event: APIGatewayProxyEvent, expected: number): Promise<number> {
	const startedAtMs = performance.now();
	const { statusCode, body } = await answer(event);
	const ms = performance.now() - startedAtMs;
	if (statusCode !== expected) throw new Error(`The bench's request was answered ${statusCode}: ${body}`);
	return ms;
}

const p50 = {
	name: "submit-latency-p50",
	what: `p50 of a warm submission through the whole function against p50 of a warm prediction through its own (the baseline, in ms), the median of ${ROUNDS} rounds`,
	unit: "ratio",
	goal: 3.5,
} as const;

export const submitLatency: Bench = {
	lines: [p50],
	measure: async (progress) => {
		const { submit, predict } = handlers();
		const most = String(UNBOUNDED);
		const tenant = { ...acme, rps: most, burst: most, maxJobsInFlight: most };
		const event = apiEvent({ tenant, body: inferBody(heldOut.slice(0, 1)) });
		const measureRound = async (requests: number) => {
			const times: { submit: number[]; predict: number[] } = { submit: [], predict: [] };
			for (let i = 0; i < requests; i++) {
				times.submit.push(await timeMs(submit, event, 202));
				times.predict.push(await timeMs(predict, event, 200));
			}
			return { submit: quantile(times.submit, MEDIAN), predict: quantile(times.predict, MEDIAN) };
		};
		await measureRound(WARM_UP_REQUESTS);
		const rounds: Awaited<ReturnType<typeof measureRound>>[] = [];
		for (let round = 1; round <= ROUNDS; round++) {
			progress(`submit-latency: round ${round} of ${ROUNDS}`);
			rounds.push(await measureRound(REQUESTS_PER_ROUND));
		}
		const ratios = rounds.map((round) => round.submit / round.predict);
		const baseline = quantile(
			rounds.map(({ predict: ms }) => ms),
			MEDIAN,
		);
		return { [p50.name]: { value: quantile(ratios, MEDIAN), baseline } };
	},
};
