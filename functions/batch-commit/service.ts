/** Puts the commit of windows together from its environment and AWS clients, and counts what was committed. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import { type CommitResponse, Planned } from "../../charter/batch-messages.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { BATCH_SPANS, SPAN_ATTRIBUTES } from "../../charter/telemetry.ts";
import { batchObjects } from "../shared/batch/objects.ts";
import { offsetsTable } from "../shared/batch/offsets.ts";
import { type StepHandler, step } from "../shared/batch/step.ts";
import { type Environment, requiredNumbers, requiredText } from "../shared/environment.ts";
import { writeWindowCounts } from "../shared/telemetry/metrics.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { type CommitPorts, commit } from "./commit.ts";

export interface CommitParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	s3: S3Client;
}

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createCommitService({
	environment,
	telemetry,
	dynamodb,
	s3,
}: CommitParts): StepHandler<CommitResponse> {
	const text = (name: string) => requiredText(environment, name);
	const [team, feature] = [text(ENVIRONMENT.team), text(ENVIRONMENT.feature)];
	const ports: CommitPorts = {
		...requiredNumbers(environment, ENVIRONMENT.batch, ["windowSeconds", "toleratedFailurePct"]),
		objects: batchObjects(s3, text(ENVIRONMENT.batchBucket)),
		offsets: offsetsTable(dynamodb, text(ENVIRONMENT.offsetsTable)),
	};
	return step({
		telemetry,
		name: BATCH_SPANS.commit,
		request: Planned,
		traceparent: ({ traceparent }) => traceparent,
		facts: ({ model, version, execution, rows }) => ({
			log: { model, team, feature, version, requestId: execution },
			span: {
				[SPAN_ATTRIBUTES.modelName]: model,
				[SPAN_ATTRIBUTES.modelVersion]: version,
				[SPAN_ATTRIBUTES.team]: team,
				[SPAN_ATTRIBUTES.feature]: feature,
				[SPAN_ATTRIBUTES.rows]: rows,
				[SPAN_ATTRIBUTES.requestId]: execution,
			},
		}),
		run: async (window, { log }) => {
			const committed = await commit(ports, window);
			if (committed.failedChunks > 0)
				log.warn(
					`${committed.failedChunks} of ${committed.chunks} chunks failed, which is tolerated; the summary names them`,
				);
			writeWindowCounts(telemetry.write, telemetry.now(), window.model, { ...committed, rows: window.rows });
			return committed;
		},
	});
}
