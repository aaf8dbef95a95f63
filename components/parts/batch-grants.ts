/**
 * What a batch model's workflow may do: exactly what its definition asks for, which a test derives anew.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html#connect-ecs-iam
 */
import * as pulumi from "@pulumi/pulumi";
import type { BatchContainer } from "./batch-container.ts";
import type { Grant } from "./service-role.ts";

export interface BatchWorkflowGrants {
	workflowName: string;
	place: Record<"partition" | "region" | "accountId", pulumi.Output<string>>;
	/** ARNs. */
	functions: readonly pulumi.Output<string>[];
	/** ARN pattern of the manifests' objects. */
	manifests: pulumi.Output<string>;
	container?: BatchContainer;
}

export function batchWorkflowGrants(args: BatchWorkflowGrants): Grant[] {
	const { workflowName, place, container } = args;
	const states = (rest: string) => arn(place, "states", rest);
	return [
		{ actions: ["lambda:InvokeFunction"], resources: args.functions },
		{ actions: ["s3:GetObject"], resources: [args.manifests] },
		// A distributed map starts an execution of its own machine for each chunk, and looks after it.
		{ actions: ["states:StartExecution"], resources: [states(`stateMachine:${workflowName}`)] },
		{
			actions: ["states:DescribeExecution", "states:StopExecution"],
			resources: [states(`execution:${workflowName}:*`), states(`execution:${workflowName}/*`)],
		},
		...(container ? containerGrants(args, container) : []),
		// The deliveries of logs and the traces have no resources.
		{
			actions: [
				"logs:CreateLogDelivery",
				"logs:GetLogDelivery",
				"logs:UpdateLogDelivery",
				"logs:DeleteLogDelivery",
				"logs:ListLogDeliveries",
				"logs:PutResourcePolicy",
				"logs:DescribeResourcePolicies",
				"logs:DescribeLogGroups",
			],
			resources: ["*"],
		},
		{
			actions: [
				"xray:PutTraceSegments",
				"xray:PutTelemetryRecords",
				"xray:GetSamplingRules",
				"xray:GetSamplingTargets",
			],
			resources: ["*"],
		},
	];
}

/** To run a task and wait for its end, of which Step Functions hears by a rule of its own. */
function containerGrants({ place }: BatchWorkflowGrants, container: BatchContainer): Grant[] {
	const tasks = pulumi.interpolate`${container.cluster.arn}/*`.apply((text) => text.replace(":cluster/", ":task/"));
	return [
		{ actions: ["ecs:RunTask"], resources: [container.taskDefinition.arn] },
		{ actions: ["ecs:StopTask", "ecs:DescribeTasks", "ecs:TagResource"], resources: [tasks] },
		{
			actions: ["iam:PassRole"],
			resources: [container.roles.task.role.arn, container.roles.execution.role.arn],
		},
		{
			actions: ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
			resources: [arn(place, "events", "rule/StepFunctionsGetEventsForECSTaskRule")],
		},
	];
}

const arn = ({ partition, region, accountId }: BatchWorkflowGrants["place"], service: string, rest: string) =>
	pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${rest}`;
