/**
 * Puts the predict function together from its environment and AWS clients.
 * Apart from handler.ts so that tests and the bench build the same whole with clients of their own.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { SPAN_ATTRIBUTES, SPANS } from "../../charter/telemetry.ts";
import { type Environment, requiredNumber, requiredNumbers, requiredText } from "../shared/environment.ts";
import { type ApiHandler, type Outcome, serve } from "../shared/http/serve.ts";
import { artifactStore } from "../shared/inference/artifact-store.ts";
import { createModels } from "../shared/inference/models.ts";
import type { ModelRuntime } from "../shared/inference/ports.ts";
import { registryStore } from "../shared/inference/registry-store.ts";
import { createRouting, servingVersions } from "../shared/inference/routing.ts";
import { createVersions } from "../shared/inference/versions.ts";
import { createAside } from "../shared/shadow/aside.ts";
import { createMirror, shadowQueue } from "../shared/shadow/mirror.ts";
import { requestCostUsd } from "../shared/telemetry/cost.ts";
import { writeOutcome, writeRequestCounts, writeThrottleFailedOpen } from "../shared/telemetry/metrics.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { bucketStore } from "../shared/throttle/bucket-store.ts";
import { createThrottle } from "../shared/throttle/throttle.ts";
import { featureStore } from "./feature-store.ts";
import { type Overflow, type PredictPorts, predict } from "./predict.ts";

export interface PredictParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	s3: S3Client;
	runtime: ModelRuntime;
	/** Of a model that may have a shadow. @default none does */
	sqs?: SQSClient | undefined;
	/** @default requests that cannot be answered at once are refused */
	overflow?: Overflow;
}

export interface PredictService {
	handler: ApiHandler;
	/** Loads what serves now, so that the first request need not; an unready registry is no error. */
	warm(): Promise<void>;
}

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createPredictService(parts: PredictParts): PredictService {
	const { environment, telemetry, dynamodb, s3, sqs, runtime, overflow } = parts;
	const shadowQueueUrl = environment[ENVIRONMENT.shadowQueueUrl];
	const text = (name: string) => requiredText(environment, name);
	const model = text(ENVIRONMENT.model);
	const memoryMb = requiredNumber(environment, ENVIRONMENT.memoryMb);
	const { p95Ms } = requiredNumbers(environment, ENVIRONMENT.slo, ["p95Ms"]);
	const { featuresMs } = requiredNumbers(environment, ENVIRONMENT.budget, ["featuresMs"]);
	const [team, feature] = [text(ENVIRONMENT.team), text(ENVIRONMENT.feature)];
	const log = telemetry.log.with({ model, team, feature });
	const { now, write } = telemetry;
	const registry = registryStore(dynamodb, text(ENVIRONMENT.registryTable));
	const versions = createVersions(model, registry);
	const models = createModels(artifactStore(s3, text(ENVIRONMENT.artifactBucket)), runtime);
	const load = async (version: number): Promise<void> => models.use(await versions.get(version), async () => undefined);
	const ports: PredictPorts = {
		model,
		routing: createRouting({ model, registry, now, preparation: { load, keep: models.keep } }),
		versions,
		models,
		features: { model, store: featureStore(dynamodb, text(ENVIRONMENT.featureTable)), featuresMs },
		...(overflow && { overflow }),
		mirror: sqs && shadowQueueUrl ? createMirror(shadowQueue(sqs, shadowQueueUrl), createAside(telemetry)) : undefined,
		onFeedback: (feedback) => writeOutcome(write, now(), feedback),
		throttle: createThrottle({
			model,
			reservedConcurrency: requiredNumber(environment, ENVIRONMENT.reservedConcurrency),
			store: bucketStore(dynamodb, text(ENVIRONMENT.throttleTable)),
			now,
			onFailedOpen: (tenant, thrown) => {
				log.error("The token bucket cannot be asked; the request is let through", { tenant }, thrown);
				writeThrottleFailedOpen(write, now(), model);
			},
		}),
	};
	const count = ({ facts, status, latencyMs, costUsd = 0 }: Outcome): void => {
		if (!facts.isInference) return;
		writeRequestCounts(write, { ...facts, timestampMs: now(), model, status, latencyMs, costUsd, p95Ms });
	};
	return {
		handler: serve({
			telemetry: { ...telemetry, log },
			name: SPANS.request,
			answer: (call) => predict(ports, call),
			attributes: {
				[SPAN_ATTRIBUTES.modelName]: model,
				[SPAN_ATTRIBUTES.team]: team,
				[SPAN_ATTRIBUTES.feature]: feature,
			},
			costUsd: (latencyMs) => requestCostUsd(memoryMb, latencyMs, process.arch),
			onAnswered: count,
		}),
		warm: async () => {
			try {
				for (const version of servingVersions(await ports.routing.route(log))) await load(version);
			} catch (thrown) {
				log.warn("No model was loaded at the start; the first request will load it", {}, thrown);
			}
		},
	};
}
