/**
 * Puts the scoring of chunks together from its environment and AWS clients: for the function, and for the container.
 * Counts each chunk as a request to the model.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import { ScoreRequest, type ScoreResponse } from "../../charter/batch-messages.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { API_ERRORS } from "../../charter/errors.ts";
import { BATCH_SPANS, BATCH_VARIANT, SPAN_ATTRIBUTES } from "../../charter/telemetry.ts";
import { batchObjects } from "../shared/batch/objects.ts";
import { type StepHandler, step } from "../shared/batch/step.ts";
import { versionForBatch } from "../shared/batch/version.ts";
import { type Environment, requiredNumber, requiredNumbers, requiredText } from "../shared/environment.ts";
import { artifactStore } from "../shared/inference/artifact-store.ts";
import { createModels } from "../shared/inference/models.ts";
import type { ModelRuntime } from "../shared/inference/ports.ts";
import { registryStore } from "../shared/inference/registry-store.ts";
import { containerCostUsd, functionCostUsd } from "../shared/telemetry/cost.ts";
import { writeRequestCounts } from "../shared/telemetry/metrics.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { featureWriter } from "./feature-writer.ts";
import { type ScorePorts, score } from "./score.ts";

export interface ScoreParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	s3: S3Client;
	runtime: ModelRuntime;
}

const OK_STATUS = 200;

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createScoreService(parts: ScoreParts): StepHandler<ScoreResponse> {
	const { environment, telemetry, dynamodb, s3, runtime } = parts;
	const text = (name: string) => requiredText(environment, name);
	const [team, feature] = [text(ENVIRONMENT.team), text(ENVIRONMENT.feature)];
	const { p95Ms } = requiredNumbers(environment, ENVIRONMENT.slo, ["p95Ms"]);
	const registry = registryStore(dynamodb, text(ENVIRONMENT.registryTable));
	const featureTable = environment[ENVIRONMENT.featureTable];
	const ports: ScorePorts = {
		objects: batchObjects(s3, text(ENVIRONMENT.batchBucket)),
		version: (model, version) => versionForBatch(registry, model, version),
		models: createModels(artifactStore(s3, text(ENVIRONMENT.artifactBucket)), runtime),
		...(featureTable ? { features: featureWriter(dynamodb, featureTable) } : {}),
	};
	const costUsd = costOf(environment);
	return step({
		telemetry,
		name: BATCH_SPANS.score,
		request: ScoreRequest,
		traceparent: ({ traceparent }) => traceparent,
		facts: ({ model, version, execution, chunk }) => ({
			log: { model, team, feature, version, requestId: `${execution}/${chunk.chunk}` },
			span: {
				[SPAN_ATTRIBUTES.modelName]: model,
				[SPAN_ATTRIBUTES.modelVersion]: version,
				[SPAN_ATTRIBUTES.team]: team,
				[SPAN_ATTRIBUTES.feature]: feature,
				[SPAN_ATTRIBUTES.rows]: chunk.rows,
				[SPAN_ATTRIBUTES.requestId]: `${execution}/${chunk.chunk}`,
			},
		}),
		run: (request) => score(ports, request),
		onEnded: ({ model, version }, latencyMs, hasFailed) => {
			const counts = { model, version, variant: BATCH_VARIANT, latencyMs, costUsd: costUsd(latencyMs) };
			const status = hasFailed ? API_ERRORS.INTERNAL : OK_STATUS;
			writeRequestCounts(telemetry.write, { ...counts, timestampMs: telemetry.now(), status, p95Ms });
			return { variant: BATCH_VARIANT, costUsd: counts.costUsd };
		},
	});
}

/** A container is told of its processor units, a function has its own by its memory. */
function costOf(environment: Environment): (latencyMs: number) => number {
	const memoryMb = requiredNumber(environment, ENVIRONMENT.memoryMb);
	if (environment[ENVIRONMENT.cpuUnits] === undefined)
		return (latencyMs) => functionCostUsd(memoryMb, latencyMs, process.arch);
	const cpuUnits = requiredNumber(environment, ENVIRONMENT.cpuUnits);
	return (latencyMs) => containerCostUsd({ cpuUnits, memoryMb }, latencyMs, process.arch);
}
