/**
 * The workflow of a batch model's windows in Amazon States Language, and what its role needs for it. Pure: ARNs come in.
 * Plan → score the chunks, so many at a time → commit, and again while windows are due.
 */
import {
	BATCH_COMMIT_TIMEOUT_SECONDS,
	BATCH_CONTAINER_TIMEOUT_SECONDS,
	BATCH_EXECUTION_TIMEOUT_SECONDS,
	BATCH_PLAN_TIMEOUT_SECONDS,
	BATCH_SCORE_TIMEOUT_SECONDS,
	BATCH_TASK_MARGIN_SECONDS,
} from "../../charter/batch.ts";
import { BATCH_ERRORS } from "../../charter/batch-messages.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";

/** Name of the container in a scoring task. */
export const SCORE_CONTAINER = "score";

/** What a container that scores is started as. */
interface ScoringTask {
	cluster: string;
	taskDefinition: string;
	subnetIds: readonly string[];
	securityGroupId: string;
	/** Share of the tasks that is tried on spot capacity first. */
	spotShare: number;
}

export interface BatchWorkflow {
	/** As in "aws". */
	partition: string;
	planFunction: string;
	commitFunction: string;
	score: { function: string } | { task: ScoringTask };
	dataBucket: string;
	maxConcurrency: number;
	toleratedFailurePct: number;
}

const FAILED = "WindowFailed";
const CHUNK_FAILED = "ChunkFailed";
const PERCENT = 100;
const EVERYTHING = ["States.ALL"];

/** What will not change by another try ends at once; all else is tried again, later and later. */
const RETRY = [
	{ ErrorEquals: [...Object.values(BATCH_ERRORS), "ArtifactError"], MaxAttempts: 0 },
	{
		ErrorEquals: EVERYTHING,
		IntervalSeconds: 2,
		BackoffRate: 2,
		MaxAttempts: 3,
		MaxDelaySeconds: 60,
		JitterStrategy: "FULL",
	},
];
const leadsTo = (state: string) => [{ ErrorEquals: EVERYTHING, ResultPath: "$.error", Next: state }];
const fail = { Type: "Fail", ErrorPath: "$.error.Error", CausePath: "$.error.Cause" };

/** @returns the definition, to be written as JSON */
export function batchDefinition(workflow: BatchWorkflow) {
	const service = (name: string) => `arn:${workflow.partition}:states:::${name}`;
	const invoke = (fn: string, payload: object, seconds: number) => ({
		Type: "Task",
		Resource: service("lambda:invoke"),
		Parameters: { FunctionName: fn, ...payload },
		TimeoutSeconds: seconds + BATCH_TASK_MARGIN_SECONDS,
		Retry: RETRY,
	});
	return {
		Comment: "Scores the windows of a batch model that are due, or the one that its input asks for",
		StartAt: "Plan",
		TimeoutSeconds: BATCH_EXECUTION_TIMEOUT_SECONDS,
		States: {
			Plan: {
				...invoke(
					workflow.planFunction,
					{
						// The execution's own words, not the state's input: the next round of the loop asks the same.
						Payload: {
							"execution.$": "$$.Execution.Name",
							"startedAt.$": "$$.Execution.StartTime",
							"input.$": "$$.Execution.Input",
						},
					},
					BATCH_PLAN_TIMEOUT_SECONDS,
				),
				ResultSelector: { "plan.$": "$.Payload" },
				Catch: leadsTo(FAILED),
				Next: "IsAnythingToDo",
			},
			IsAnythingToDo: {
				Type: "Choice",
				Choices: [
					{ Variable: "$.plan.status", StringEquals: "NOT_DUE", Next: "Done" },
					{ Variable: "$.plan.pending", NumericEquals: 0, Next: "Commit" },
				],
				Default: "Score",
			},
			Score: {
				Type: "Map",
				Label: "Score",
				MaxConcurrency: workflow.maxConcurrency,
				ToleratedFailurePercentage: workflow.toleratedFailurePct,
				ItemReader: {
					Resource: service("s3:getObject"),
					ReaderConfig: { InputType: "JSONL" },
					Parameters: { Bucket: workflow.dataBucket, "Key.$": "$.plan.manifestKey" },
				},
				ItemSelector: {
					"chunk.$": "$$.Map.Item.Value",
					"model.$": "$.plan.model",
					"start.$": "$.plan.start",
					"end.$": "$.plan.end",
					"execution.$": "$.plan.execution",
					"traceparent.$": "$.plan.traceparent",
					"version.$": "$.plan.version",
				},
				ItemProcessor: {
					ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
					StartAt: "IsScored",
					States: {
						// An earlier run of the window has done it: nothing is started for it.
						IsScored: {
							Type: "Choice",
							Choices: [{ Variable: "$.chunk.isDone", BooleanEquals: true, Next: "Scored" }],
							Default: "ScoreChunk",
						},
						...scoreStates(workflow, invoke, service),
						// What a chunk leaves is its object: the results of many chunks would not fit into a state.
						Scored: { Type: "Pass", Result: {}, End: true },
						[CHUNK_FAILED]: fail,
					},
				},
				ResultPath: null,
				Catch: leadsTo(FAILED),
				Next: "Commit",
			},
			Commit: {
				...invoke(workflow.commitFunction, { "Payload.$": "$.plan" }, BATCH_COMMIT_TIMEOUT_SECONDS),
				ResultSelector: {
					"chunks.$": "$.Payload.chunks",
					"failedChunks.$": "$.Payload.failedChunks",
					"hasMoved.$": "$.Payload.hasMoved",
					"isNextDue.$": "$.Payload.isNextDue",
				},
				ResultPath: "$.commit",
				Catch: leadsTo(FAILED),
				Next: "IsNextDue",
			},
			IsNextDue: {
				Type: "Choice",
				Choices: [{ Variable: "$.commit.isNextDue", BooleanEquals: true, Next: "Plan" }],
				Default: "Done",
			},
			Done: { Type: "Succeed" },
			[FAILED]: fail,
		},
	};
}

function scoreStates(
	{ score }: BatchWorkflow,
	invoke: (fn: string, payload: object, seconds: number) => object,
	service: (name: string) => string,
): Record<string, object> {
	if ("function" in score)
		return {
			ScoreChunk: {
				...invoke(score.function, { "Payload.$": "$" }, BATCH_SCORE_TIMEOUT_SECONDS),
				Catch: leadsTo(CHUNK_FAILED),
				Next: "Scored",
			},
		};
	const { task } = score;
	const spot = Math.round(task.spotShare * PERCENT);
	const strategy = [
		{ CapacityProvider: "FARGATE_SPOT", Weight: spot },
		{ CapacityProvider: "FARGATE", Weight: PERCENT - spot },
	].filter(({ Weight }) => Weight > 0);
	const onDemand = [{ CapacityProvider: "FARGATE", Weight: 1 }];
	return {
		// No base: it counts within one RunTask of one task, and so would keep each of them off spot. What spot has no
		// room for, or takes away twice, is run on demand instead.
		ScoreChunk: { ...run(task, service, strategy), Catch: leadsTo("ScoreOnDemand"), Next: "Scored" },
		ScoreOnDemand: { ...run(task, service, onDemand), Catch: leadsTo(CHUNK_FAILED), Next: "Scored" },
	};
}

const run = (task: ScoringTask, service: (name: string) => string, strategy: object[]) => ({
	Type: "Task",
	Resource: service("ecs:runTask.sync"),
	Parameters: {
		Cluster: task.cluster,
		TaskDefinition: task.taskDefinition,
		CapacityProviderStrategy: strategy,
		NetworkConfiguration: {
			AwsvpcConfiguration: {
				Subnets: task.subnetIds,
				SecurityGroups: [task.securityGroupId],
				AssignPublicIp: "DISABLED",
			},
		},
		PropagateTags: "TASK_DEFINITION",
		Overrides: {
			ContainerOverrides: [
				{
					Name: SCORE_CONTAINER,
					Environment: [{ Name: ENVIRONMENT.scoreRequest, "Value.$": "States.JsonToString($)" }],
				},
			],
		},
	},
	TimeoutSeconds: BATCH_CONTAINER_TIMEOUT_SECONDS,
	Retry: [{ ErrorEquals: EVERYTHING, IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 1, JitterStrategy: "FULL" }],
});
