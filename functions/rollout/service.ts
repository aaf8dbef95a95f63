/** Puts the rollout function together from its environment and AWS clients: one record and one span an action. */
import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { SFNClient } from "@aws-sdk/client-sfn";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";
import { z } from "zod";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { type Environment, FunctionSettingsError, requiredJson, requiredText } from "../shared/environment.ts";
import { createEvents } from "../shared/events.ts";
import type { JobTable } from "../shared/jobs/job-table.ts";
import { dynamodbTable } from "../shared/registry/dynamodb-table.ts";
import { rolloutStore } from "../shared/registry/rollout-store.ts";
import { observed } from "../shared/telemetry/observed.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { act, type Response } from "./act.ts";
import { ecsSlots } from "./ecs-slots.ts";
import type { SlotJobs } from "./ports.ts";
import { type Request, readRequest } from "./request.ts";
import { sfnExecutions } from "./sfn-executions.ts";
import { slotJobs } from "./slot-jobs.ts";

export interface RolloutParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	ecs: ECSClient;
	events: EventBridgeClient;
	sfn: SFNClient;
	sqs: SQSClient;
	pause?: JobTable["pause"];
}

export type RolloutHandler = (event: unknown, context: Pick<Context, "getRemainingTimeInMillis">) => Promise<Response>;

const NAME = "rollout";

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createRolloutService(parts: RolloutParts): RolloutHandler {
	const { environment, telemetry, dynamodb, pause = sleep } = parts;
	const { now } = telemetry;
	const client = { client: dynamodb, pause };
	const pipelines = pipelinesOf(environment);
	const ports = {
		store: rolloutStore(dynamodbTable({ ...client, table: requiredText(environment, ENVIRONMENT.registryTable) })),
		slots: ecsSlots(parts.ecs),
		jobs: jobsOf(parts, { ...client, now }),
		executions: sfnExecutions(parts.sfn),
		events: createEvents(parts.events, requiredText(environment, ENVIRONMENT.eventBus)),
		now,
		pause,
	};
	return (event, context) =>
		observed(telemetry, NAME, async (log) => {
			const request = readRequest(event);
			const leftMs = () => context.getRemainingTimeInMillis();
			const response = await act({ ...ports, log, leftMs }, pipelines, request);
			log.info(`${NAME} ${request.action}: ${JSON.stringify(response)}`, factsOf(request));
			return response;
		});
}

const factsOf = (request: Request) =>
	"model" in request ? { model: request.model, requestId: request.execution } : {};

/** A stack without queued models has no table of jobs; its rollouts have no slots, so nobody asks. */
function jobsOf({ environment, sqs }: RolloutParts, client: Omit<JobTable, "table">): SlotJobs {
	const table = environment[ENVIRONMENT.jobsTable] || "none";
	return slotJobs(sqs, { ...client, table });
}

function pipelinesOf(environment: Environment): ReadonlyMap<string, string> {
	const parsed = z.record(z.string(), z.string()).safeParse(requiredJson(environment, ENVIRONMENT.pipelines));
	if (parsed.success) return new Map(Object.entries(parsed.data));
	throw new FunctionSettingsError(
		`${ENVIRONMENT.pipelines} in the function's environment is not what the program sets: ${parsed.error.issues[0]?.message}.`,
	);
}
