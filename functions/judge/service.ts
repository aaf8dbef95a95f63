/** Puts the judge together from its environment and AWS clients: one record and one span a judgement. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { JudgeRequest, JudgeResponse } from "../../charter/pipeline.ts";
import { type Environment, requiredText } from "../shared/environment.ts";
import { createEvents } from "../shared/events.ts";
import { dynamodbTable } from "../shared/registry/dynamodb-table.ts";
import { rolloutStore } from "../shared/registry/rollout-store.ts";
import { observed } from "../shared/telemetry/observed.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { cloudwatchCounts } from "./cloudwatch-counts.ts";
import { JudgeRequestError } from "./errors.ts";
import { judgeRollout } from "./judging.ts";

export interface JudgeParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	cloudwatch: CloudWatchClient;
	events: EventBridgeClient;
	sqs: SQSClient;
	pause?: (ms: number) => Promise<unknown>;
}

const NAME = "judge";

/** Whatever else the pipeline says along is not the judge's. */
const Request = z.object({ model: z.string().min(1), rollout: z.int().positive() });

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createJudgeService(parts: JudgeParts): (event: unknown) => Promise<JudgeResponse> {
	const { environment, telemetry, dynamodb, cloudwatch, sqs, pause = sleep } = parts;
	const table = requiredText(environment, ENVIRONMENT.registryTable);
	const ports = {
		store: rolloutStore(dynamodbTable({ client: dynamodb, table, pause })),
		counts: cloudwatchCounts(cloudwatch),
		depth: (queueUrl: string) => depthOf(sqs, queueUrl),
		events: createEvents(parts.events, requiredText(environment, ENVIRONMENT.eventBus)),
		now: telemetry.now,
	};
	return (event) =>
		observed(telemetry, NAME, async (log) => {
			const request = readRequest(event);
			const response = await judgeRollout({ ...ports, log }, request);
			log.info(`${NAME}: ${response.verdict}. ${response.sentence}`, { model: request.model });
			return response;
		});
}

/** @throws {JudgeRequestError} */
function readRequest(event: unknown): JudgeRequest {
	const parsed = Request.safeParse(event);
	if (parsed.success) return parsed.data;
	const [fault] = parsed.error.issues;
	throw new JudgeRequestError(
		`The judge's request is not {"model", "rollout"}: ${fault?.path.join(".") || "the whole"}: ${fault?.message}. The pipeline's definition sends both.`,
	);
}

async function depthOf(sqs: SQSClient, QueueUrl: string): Promise<number> {
	const { Attributes = {} } = await sqs.send(
		new GetQueueAttributesCommand({
			QueueUrl,
			AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
		}),
	);
	return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
}
