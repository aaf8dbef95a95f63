/**
 * What everything around the model costs a warm request: the whole predict function against a bare handler with the same model.
 * In process; AWS is answered from memory behind the SDK's own clients, and every request asks the token bucket.
 */
import type { APIGatewayProxyEvent } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { Signature } from "../../charter/registry.ts";
import { createPredictService } from "../../functions/predict/service.ts";
import { onnxRuntime } from "../../functions/shared/inference/onnx.ts";
import { acme, apiEvent, lambdaContext } from "../support/functions-api.ts";
import { artifactBytes, heldOut, inferBody, manifest, predictEnvironment } from "../support/functions-predict.ts";
import { type Bench, MEDIAN, quantile } from "./bench.ts";
import {
	type Answering,
	quietTelemetry,
	registeredAws,
	timeMs,
	UNBOUNDED,
	WARM_UP_REQUESTS,
} from "./warm-functions.ts";

/** Each round gives a figure of its own, and their median counts: a busy moment of the machine is one round's. */
const ROUNDS = 15;
const REQUESTS_PER_ROUND = 300;
const P99 = 0.99;

function wholeHandler(): Answering {
	const environment = { ...predictEnvironment, [ENVIRONMENT.reservedConcurrency]: String(UNBOUNDED) };
	const telemetry = quietTelemetry(environment);
	const clients = registeredAws().clients();
	const { handler } = createPredictService({ environment, telemetry, ...clients, runtime: onnxRuntime });
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
