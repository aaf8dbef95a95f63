/** Puts the planning of windows together from its environment and AWS clients. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import { PlanRequest, type PlanResponse } from "../../charter/batch-messages.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { BATCH_SPANS, SPAN_ATTRIBUTES } from "../../charter/telemetry.ts";
import { batchObjects } from "../shared/batch/objects.ts";
import { offsetsTable } from "../shared/batch/offsets.ts";
import { type StepHandler, step } from "../shared/batch/step.ts";
import { championVersion, versionForBatch } from "../shared/batch/version.ts";
import { type Environment, requiredNumbers, requiredText } from "../shared/environment.ts";
import { registryStore } from "../shared/inference/registry-store.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { type PlanPorts, plan } from "./plan.ts";

export interface PlanParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	s3: S3Client;
}

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createPlanService({ environment, telemetry, dynamodb, s3 }: PlanParts): StepHandler<PlanResponse> {
	const text = (name: string) => requiredText(environment, name);
	const [model, team, feature] = [text(ENVIRONMENT.model), text(ENVIRONMENT.team), text(ENVIRONMENT.feature)];
	const { windowSeconds, chunkRows } = requiredNumbers(environment, ENVIRONMENT.batch, ["windowSeconds", "chunkRows"]);
	const table = text(ENVIRONMENT.registryTable);
	const registry = registryStore(dynamodb, table);
	const offsets = offsetsTable(dynamodb, text(ENVIRONMENT.offsetsTable));
	const ports: PlanPorts = {
		model,
		windowSeconds,
		chunkRows,
		writesFeatures: environment[ENVIRONMENT.featureTable] !== undefined,
		objects: batchObjects(s3, text(ENVIRONMENT.batchBucket)),
		committedUntil: async () => (await offsets.read(model))?.committedUntil,
		version: async () => versionForBatch(registry, model, await championVersion(dynamodb, table, model)),
	};
	return step({
		telemetry,
		name: BATCH_SPANS.plan,
		request: PlanRequest,
		traceparent: ({ input }) => input.traceparent,
		facts: ({ execution }) => ({
			log: { model, team, feature, requestId: execution },
			span: {
				[SPAN_ATTRIBUTES.modelName]: model,
				[SPAN_ATTRIBUTES.team]: team,
				[SPAN_ATTRIBUTES.feature]: feature,
				[SPAN_ATTRIBUTES.requestId]: execution,
			},
		}),
		run: (request, { span }) => plan(ports, request, span.traceparent),
	});
}
