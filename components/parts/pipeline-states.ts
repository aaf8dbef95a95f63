/**
 * What the states of a model's pipeline are made of: calls, retries, catchers, what is kept from state to state. Pure; which
 * states there are is in pipeline-definition.ts and its neighbours.
 */
import { EVALUATE_TIMEOUT_SECONDS, STEP_MARGIN_SECONDS } from "../../charter/delivery.ts";
import { APPROVAL_REFUSED, PIPELINE_ERRORS, type PipelineModel } from "../../charter/pipeline.ts";

/** Where a training runs as a task: everything of it that only the program knows. */
export interface EcsTraining {
	kind: "ecs";
	cluster: string;
	taskDefinition: string;
	subnetIds: readonly string[];
	securityGroupId: string;
	/** Handed to the image's entry point, before what an execution adds. */
	command: readonly string[];
	timeoutSeconds: number;
}

export interface SageMakerTraining {
	kind: "sagemaker";
	image: string;
	roleArn: string;
	instanceType: string;
	volumeGb: number;
	command: readonly string[];
	timeoutSeconds: number;
	/** What unpacks the job's archive into the run's place; an ARN. */
	collectFunction: string;
	environment: Readonly<Record<string, string>>;
}

export interface PipelineWorkflow {
	/** As in "aws". */
	partition: string;
	artifactBucket: string;
	/** ARNs. */
	functions: Record<"rollout" | "judge" | "evaluate" | "register", string>;
	model: PipelineModel;
	train: EcsTraining | SageMakerTraining | undefined;
}

export type State = Record<string, unknown>;
export type States = Record<string, State>;

const EVERYTHING = ["States.ALL"];
const ATTEMPTS_MAX = 5;
/** Traffic must go back: it is tried for an hour, whatever is the matter. */
const ROLLBACK_ATTEMPTS_MAX = 20;
/** Ten minutes or so: a version that nobody can judge for longer must not keep its traffic, one of a short outage may. */
const JUDGE_ATTEMPTS_MAX = 10;

/** An expression, in the language's marks. */
export const expression = (text: string): string => `{% ${text} %}`;

/** The state's input with one thing more. */
export const keep = (name: string, text: string): string => expression(`$merge([$states.input, {"${name}": ${text}}])`);

/** What will not change by another try ends at once; all else is tried again, later and later. */
const retry = (attempts = ATTEMPTS_MAX): State[] => [
	{ ErrorEquals: [...Object.values(PIPELINE_ERRORS), APPROVAL_REFUSED], MaxAttempts: 0 },
	{
		ErrorEquals: EVERYTHING,
		IntervalSeconds: 2,
		BackoffRate: 2,
		MaxAttempts: attempts,
		MaxDelaySeconds: 60 * 5,
		JitterStrategy: "FULL",
	},
];
export const RETRY_ROLLBACK = retry(ROLLBACK_ATTEMPTS_MAX);
export const RETRY_JUDGE = retry(JUDGE_ATTEMPTS_MAX);

/** Before there is a rollout: the lock is given back, and the execution fails. */
export const ENDS_FAILED = [{ ErrorEquals: EVERYTHING, Output: keep("error", "$states.errorOutput"), Next: "End" }];

/** Where there is one: the champion gets its traffic back, and then the execution fails. */
export const ROLLS_BACK = [
	{
		ErrorEquals: EVERYTHING,
		Output: expression(
			'$merge([$states.input, {"error": $states.errorOutput, "reason": "the pipeline failed with " & $states.errorOutput.Error}])',
		),
		Next: "Rollback",
	},
];

type Place = Pick<PipelineWorkflow, "partition">;

/** The ARN of an integration, as in "lambda:invoke". */
export const service = ({ partition }: Place, name: string): string => `arn:${partition}:states:::${name}`;

/** A call of a function; its answer is `$states.result.Payload`. */
export const invoke = (place: Place, fn: string, payload: object | string, seconds: number): State => ({
	Type: "Task",
	Resource: service(place, "lambda:invoke"),
	Arguments: { FunctionName: fn, Payload: payload },
	TimeoutSeconds: seconds + STEP_MARGIN_SECONDS,
	Retry: retry(),
});

/** What every call of `rollout` says. */
export const ask = ({ model }: PipelineWorkflow, action: string, more: object = {}): object => ({
	...model,
	action,
	execution: expression("$states.context.Execution.Id"),
	...more,
});

/** The run's evaluation and registration, which follow each other whoever has trained. */
export function registrationStates(workflow: PipelineWorkflow, registerSeconds: number): States {
	const run = expression("$states.input.begin.run");
	const { functions, model } = workflow;
	return {
		Evaluate: {
			...invoke(workflow, functions.evaluate, { ...model, run }, EVALUATE_TIMEOUT_SECONDS),
			Output: expression("$states.input"),
			Catch: [
				// It is told with the table that says why: an end like another, of an execution that did its work.
				{ ErrorEquals: [PIPELINE_ERRORS.refused], Output: keep("outcome", '"REFUSED"'), Next: "End" },
				...ENDS_FAILED,
			],
			Next: "Register",
		},
		Register: {
			...invoke(workflow, functions.register, { model: model.model, run }, registerSeconds),
			Output: expression(
				'$merge([$states.input, {"version": $states.result.Payload.version, "isServing": $states.result.Payload.champion}])',
			),
			Catch: ENDS_FAILED,
			Next: "IsServed",
		},
		// A model's first version serves at once: there is nothing to compare it with.
		IsServed: {
			Type: "Choice",
			Choices: [
				{
					Condition: expression("$states.input.isServing"),
					Output: keep("outcome", '"SERVING"'),
					Next: "End",
				},
			],
			Default: "Open",
		},
	};
}
