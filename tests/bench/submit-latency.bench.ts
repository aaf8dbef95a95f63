/**
 * What accepting a job costs a warm request, against answering one at once: the whole submit function and the whole predict
 * function. In process; AWS is answered from memory behind the SDK's own clients, so the calls cost their serializing alone.
 */
import { ENVIRONMENT } from "../../charter/environment.ts";
import { createPredictService } from "../../functions/predict/service.ts";
import { onnxRuntime } from "../../functions/shared/inference/onnx.ts";
import { createSubmitService } from "../../functions/submit/service.ts";
import { acme, apiEvent, lambdaContext } from "../support/functions-api.ts";
import { jobsEnvironment } from "../support/functions-jobs.ts";
import { heldOut, inferBody, predictEnvironment } from "../support/functions-predict.ts";
import { type Bench, MEDIAN, quantile } from "./bench.ts";
import {
	type Answering,
	quietTelemetry,
	registeredAws,
	timeMs,
	UNBOUNDED,
	WARM_UP_REQUESTS,
} from "./warm-functions.ts";

const ROUNDS = 15;
const REQUESTS_PER_ROUND = 200;

/** Both functions over the same AWS: one model is the realtime and the queued one, so both check the same request. */
function handlers(): { submit: Answering; predict: Answering } {
	const aws = registeredAws();
	const partsOf = (of: Record<string, string>) => {
		const environment = { ...of, [ENVIRONMENT.reservedConcurrency]: String(UNBOUNDED) };
		return { environment, telemetry: quietTelemetry(environment), ...aws.clients() };
	};
	const submit = createSubmitService(partsOf(jobsEnvironment));
	const { handler: predict } = createPredictService({ ...partsOf(predictEnvironment), runtime: onnxRuntime });
	return {
		submit: (event) => submit(event, lambdaContext()),
		predict: (event) => predict(event, lambdaContext()),
	};
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
				times.predict.push(await timeMs(predict, event));
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
