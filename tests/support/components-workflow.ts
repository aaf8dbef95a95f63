/** Workflows in Amazon States Language, as tests read them, and the actions that a role needs to run one. */

interface State {
	Type: string;
	Resource?: string;
	Next?: string;
	Default?: string;
	TimeoutSeconds?: number;
	MaxConcurrency?: number;
	ToleratedFailurePercentage?: number;
	Parameters?: Record<string, unknown>;
	Retry?: { ErrorEquals: string[]; MaxAttempts?: number }[];
	Catch?: { ErrorEquals: string[]; Next: string }[];
	Choices?: { Next: string }[];
	ItemReader?: { Resource: string };
	ItemProcessor?: Scope & { ProcessorConfig: { Mode: string } };
}

interface Scope {
	StartAt: string;
	States: Record<string, State>;
}

export type Workflow = Scope;

/** Every state, at any depth. */
export const statesOf = ({ States }: Scope): State[] =>
	Object.values(States).flatMap((state) => [state, ...(state.ItemProcessor ? statesOf(state.ItemProcessor) : [])]);

/** By what is done: the actions that AWS's documentation asks of the workflow's role. */
const ACTIONS: Record<string, string[]> = {
	"lambda:invoke": ["lambda:InvokeFunction"],
	"lambda:invoke.waitForTaskToken": ["lambda:InvokeFunction"],
	"s3:getObject": ["s3:GetObject"],
	"ecs:runTask.sync": [
		"ecs:RunTask",
		"ecs:StopTask",
		"ecs:DescribeTasks",
		// The tags of its definition go to a task that is run.
		"ecs:TagResource",
		"iam:PassRole",
		"events:PutTargets",
		"events:PutRule",
		"events:DescribeRule",
	],
	"sagemaker:createTrainingJob.sync": [
		"sagemaker:CreateTrainingJob",
		"sagemaker:DescribeTrainingJob",
		"sagemaker:StopTrainingJob",
		"sagemaker:AddTags",
		"iam:PassRole",
		"events:PutTargets",
		"events:PutRule",
		"events:DescribeRule",
	],
	"map.distributed": ["states:StartExecution", "states:DescribeExecution", "states:StopExecution"],
	"logs.delivery": [
		"logs:CreateLogDelivery",
		"logs:GetLogDelivery",
		"logs:UpdateLogDelivery",
		"logs:DeleteLogDelivery",
		"logs:ListLogDeliveries",
		"logs:PutResourcePolicy",
		"logs:DescribeResourcePolicies",
		"logs:DescribeLogGroups",
	],
	"xray.tracing": [
		"xray:PutTraceSegments",
		"xray:PutTelemetryRecords",
		"xray:GetSamplingRules",
		"xray:GetSamplingTargets",
	],
};

/** The actions, sorted, that the role of a workflow needs which logs and is traced. */
export function grantsNeeded(workflow: Workflow): string[] {
	const done = statesOf(workflow).flatMap(({ Resource, ItemReader, ItemProcessor }) => [
		...[Resource, ItemReader?.Resource].flatMap((resource) => resource?.split(":::")[1] ?? []),
		...(ItemProcessor?.ProcessorConfig.Mode === "DISTRIBUTED" ? ["map.distributed"] : []),
	]);
	const actions = [...done, "logs.delivery", "xray.tracing"].flatMap((what) => {
		const needed = ACTIONS[what];
		if (!needed) throw new Error(`What ${what} asks of a role is not known here: add it.`);
		return needed;
	});
	return [...new Set(actions)].sort();
}
