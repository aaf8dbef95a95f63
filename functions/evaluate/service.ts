/** Puts the evaluation together from its environment and clients; one log record and one span for each. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { S3Client } from "@aws-sdk/client-s3";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { TriplaneError } from "../../charter/errors.ts";
import type { EvaluateResponse, EvaluationRecord } from "../../charter/pipeline.ts";
import { aliasKey, modelKey, type VersionRecord } from "../../charter/registry.ts";
import { type Environment, requiredText } from "../shared/environment.ts";
import { createEvents } from "../shared/events.ts";
import { artifactStore } from "../shared/inference/artifact-store.ts";
import { createModels } from "../shared/inference/models.ts";
import type { ModelRuntime } from "../shared/inference/ports.ts";
import { registryStore } from "../shared/inference/registry-store.ts";
import { dynamodbTable } from "../shared/registry/dynamodb-table.ts";
import { toAlias } from "../shared/registry/records.ts";
import { runBucket } from "../shared/runs/run-bucket.ts";
import { observed } from "../shared/telemetry/observed.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { type EvaluatePorts, evaluate } from "./evaluate.ts";

export interface EvaluateParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	s3: S3Client;
	events: EventBridgeClient;
	runtime: ModelRuntime;
}

/** What Lambda says of an invocation, as far as it is read. */
interface Invocation {
	getRemainingTimeInMillis(): number;
}

const NAME = "evaluate";

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createEvaluateService(parts: EvaluateParts) {
	const { environment, telemetry, dynamodb, s3, runtime } = parts;
	const table = requiredText(environment, ENVIRONMENT.registryTable);
	const bucket = requiredText(environment, ENVIRONMENT.artifactBucket);
	const bus = environment[ENVIRONMENT.eventBus];
	const registry = dynamodbTable({ client: dynamodb, table });
	const versions = registryStore(dynamodb, table);
	const shared = {
		bucket: runBucket(s3, bucket),
		champion: async (model: string): Promise<VersionRecord | undefined> => {
			const alias = await registry.get(modelKey(model), aliasKey("champion"));
			if (!alias) return undefined;
			const { version } = toAlias(alias);
			const record = await versions.version(model, version);
			if (!record)
				throw new TriplaneError(
					`The champion of "${model}" is version ${version}, of which the table ${table} has no record. Restore it from the table's backup.`,
				);
			return record;
		},
		write: async (record: EvaluationRecord) => {
			await registry.write([{ kind: "put", item: record }]);
		},
		runtime,
		...(bus ? { events: createEvents(parts.events, bus) } : {}),
		now: telemetry.now,
	} satisfies Omit<EvaluatePorts, "models">;
	return (event: unknown, { getRemainingTimeInMillis }: Invocation): Promise<EvaluateResponse> =>
		observed(telemetry, NAME, async (log) => {
			// Models are kept by their version alone, and the function serves all models.
			const models = createModels(artifactStore(s3, bucket), runtime);
			const response = await evaluate({ ...shared, models }, event, getRemainingTimeInMillis);
			log.info(response.sentence);
			return response;
		});
}
