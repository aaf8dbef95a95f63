/**
 * Queued models on SageMaker's asynchronous endpoints: how a job is named to it, where its payloads lie, how long it may take,
 * and how the endpoint scales. Pure; who forwards jobs there and takes their results is under functions/.
 */
import { reservedConcurrency } from "./concurrency.ts";
import { SettingsError } from "./errors.ts";
import type { JobRecord } from "./jobs.ts";
import { VISIBILITY_TIMEOUT_FACTOR } from "./limits.ts";
import { backlogPerServer, COLD_START_SECONDS, isOnEcs, type QueuedModel } from "./queued.ts";
import type { ModelSettings } from "./settings.ts";

/** A queued model that SageMaker serves. */
export type SageMakerModel = QueuedModel & { runtime: Extract<ModelSettings["runtime"], { kind: "sagemaker" }> };

export const isOnSageMaker = (model: QueuedModel): model is SageMakerModel => !isOnEcs(model);

/** Under which, in the jobs' bucket, a model's endpoint reads and writes, and nowhere else. */
export const inferencePrefix = (model: string): string => `sagemaker/${model}/`;
/** By attempt: a later one never changes what an earlier one is being answered from. */
export const inferenceInputKey = (model: string, { job, attempt }: Attempt): string =>
	`${inferencePrefix(model)}input/${job}/${attempt}.json`;
export const inferenceOutputPrefix = (model: string): string => `${inferencePrefix(model)}output/`;
export const inferenceFailurePrefix = (model: string): string => `${inferencePrefix(model)}failure/`;

type Attempt = Pick<JobRecord, "job" | "attempt">;

/** How an attempt is named to SageMaker, which repeats it in its notification: at most 64 characters of ASCII. */
export const inferenceId = ({ job, attempt }: Attempt): string => `${job}#${attempt}`;

export function readInferenceId(id: string): Attempt | undefined {
	const [, job, attempt] = /^([^#]+)#([1-9]\d{0,8})$/.exec(id) ?? [];
	return job === undefined ? undefined : { job, attempt: Number(attempt) };
}

/** What SageMaker asks of every container, on the port of its model server. */
export const CONTAINER_ROUTES = {
	ping: { method: "GET", path: "/ping" },
	invocations: { method: "POST", path: "/invocations" },
} as const;

/** In which a container is told of a request what its body does not say. */
export const ATTRIBUTES_HEADER = "x-amzn-sagemaker-custom-attributes";
export const customAttributes = ({ version }: Pick<JobRecord, "version">): string => `version=${version}`;

/** The version that a request is for, as text; undefined where it says none. */
export const versionIn = (attributes: string): string | undefined => /^version=(.*)$/s.exec(attributes)?.[1];

/** What SageMaker takes: an hour in the model, six hours before it. */
const INVOCATION_MAX_SECONDS = 60 * 60;
const REQUEST_TTL_MAX_SECONDS = 6 * 60 * 60;
const INVOCATION_MIN_SECONDS = 5 * 60;
/** From SageMaker's answer to its notification's effect. */
const NOTIFICATION_SECONDS = 2 * 60;

export interface InferenceTimes {
	/** Longest in the model. */
	invocationTimeoutSeconds: number;
	/** Longest in SageMaker's own queue: two cold starts at least. */
	requestTtlSeconds: number;
	/** Longer than both: nobody renews it, and when it lapses SageMaker is done with the attempt. */
	leaseSeconds: number;
}

export function inferenceTimes(jobP95Seconds: number): InferenceTimes {
	const promised = Math.ceil(jobP95Seconds);
	const invocationTimeoutSeconds = Math.min(INVOCATION_MAX_SECONDS, Math.max(INVOCATION_MIN_SECONDS, promised));
	const requestTtlSeconds = Math.min(REQUEST_TTL_MAX_SECONDS, 2 * Math.max(COLD_START_SECONDS, promised));
	const leaseSeconds = requestTtlSeconds + invocationTimeoutSeconds + NOTIFICATION_SECONDS;
	return { invocationTimeoutSeconds, requestTtlSeconds, leaseSeconds };
}

/** The name of an endpoint's one variant. */
export const SAGEMAKER_VARIANT = "primary";

/** Requests that an instance gets at once, for its server to batch. */
const REQUESTS_AT_ONCE = 4;

export interface EndpointScaling {
	maxInstances: number;
	requestsAtOnce: number;
	/** Requests that may wait for each instance: what it can do within the time that is promised. */
	backlogPerInstance: number;
}

/**
 * @throws {SettingsError} where even all instances could not keep up with the peak
 */
export function planEndpoint({ name, runtime, slo, traffic }: SageMakerModel): EndpointScaling {
	const { maxInstances } = runtime;
	const jobsPerSecond = (maxInstances * REQUESTS_AT_ONCE * 1000) / slo.p95Ms;
	if (jobsPerSecond < traffic.peakRps)
		throw new SettingsError(
			`Model "${name}" can never keep up with its peak of ${traffic.peakRps} rps: its ${maxInstances} instances with ${REQUESTS_AT_ONCE} requests each in ${slo.p95Ms} ms do ${jobsPerSecond.toFixed(1)} jobs a second. Raise runtime.maxInstances, or lower slo.p95Ms to what the model needs for a request.`,
		);
	return { maxInstances, requestsAtOnce: REQUESTS_AT_ONCE, backlogPerInstance: backlogPerServer(slo) };
}

/** Of the functions before and behind an endpoint. A request of any size is read, checked and written once. */
export const FORWARD_TIMEOUT_SECONDS = 30;
export const FORWARD_VISIBILITY_SECONDS = VISIBILITY_TIMEOUT_FACTOR * FORWARD_TIMEOUT_SECONDS;
export const RESULT_TIMEOUT_SECONDS = 60;
const FORWARD_P95_MS = 1_000;
const RESULT_P95_MS = 500;

/** Concurrency that the two functions of one model reserve. */
export const endpointFunctions = ({ traffic: { peakRps } }: Pick<ModelSettings, "traffic">) => ({
	forward: reservedConcurrency({ peakRps, p95Ms: FORWARD_P95_MS }),
	result: reservedConcurrency({ peakRps, p95Ms: RESULT_P95_MS }),
});
