/** What the shadow function knows of the models and of their jobs, made of its environment and AWS clients. Wiring only. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { ShadowModelSettings } from "../../charter/rollout.ts";
import { featureStore } from "../predict/feature-store.ts";
import { type Environment, FunctionSettingsError, requiredJson, requiredText } from "../shared/environment.ts";
import { artifactStore } from "../shared/inference/artifact-store.ts";
import { createModels } from "../shared/inference/models.ts";
import type { ModelRuntime } from "../shared/inference/ports.ts";
import { registryStore } from "../shared/inference/registry-store.ts";
import { createVersions } from "../shared/inference/versions.ts";
import { jobTable } from "../shared/jobs/job-table.ts";
import { payloadBucket } from "../shared/jobs/payloads.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import type { ShadowModel } from "./answer-request.ts";
import type { JobsPorts } from "./compare-jobs.ts";

export interface ShadowParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	s3: S3Client;
	sqs: SQSClient;
	runtime: ModelRuntime;
}

const Settings = z.record(
	z.string(),
	z.object({
		team: z.string(),
		feature: z.string(),
		p95Ms: z.number(),
		tolerance: z.number(),
	}) satisfies z.ZodType<ShadowModelSettings>,
);
/** Nobody waits for it. */
const FEATURES_MS = 5_000;

/**
 * By name.
 * @throws {FunctionSettingsError} where the environment lacks something, by name
 */
export function shadowModels({ environment, dynamodb, s3, runtime }: ShadowParts): ReadonlyMap<string, ShadowModel> {
	const parsed = Settings.safeParse(requiredJson(environment, ENVIRONMENT.shadowModels));
	if (!parsed.success)
		throw new FunctionSettingsError(
			`${ENVIRONMENT.shadowModels} in the function's environment is not what the program sets: ${parsed.error.issues[0]?.message}.`,
		);
	const registry = registryStore(dynamodb, requiredText(environment, ENVIRONMENT.registryTable));
	const artifacts = artifactStore(s3, requiredText(environment, ENVIRONMENT.artifactBucket));
	const store = featureStore(dynamodb, requiredText(environment, ENVIRONMENT.featureTable));
	return new Map(
		Object.entries(parsed.data).map(([model, settings]) => [
			model,
			{
				settings,
				versions: createVersions(model, registry),
				models: createModels(artifacts, runtime),
				features: { model, store, featuresMs: FEATURES_MS },
				known: new Set<string>(),
			},
		]),
	);
}

/** Undefined in a stack without queued models. */
export function jobStores({
	environment,
	dynamodb,
	s3,
	telemetry: { now },
}: ShadowParts): Pick<JobsPorts, "store" | "payloads"> | undefined {
	const table = environment[ENVIRONMENT.jobsTable];
	if (!table) return undefined;
	const bucket = requiredText(environment, ENVIRONMENT.jobsBucket);
	return { store: jobTable({ client: dynamodb, table, now }), payloads: payloadBucket(s3, bucket) };
}
