/**
 * What a workflow's role needs for what every workflow does, and for tasks that it runs and waits for. What else its
 * definition asks for is granted beside it.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html#connect-ecs-iam
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { FargateTask } from "./fargate-task.ts";
import type { Grant } from "./service-role.ts";

/** Where the stack's resources are, for ARNs that must be known before what they name. */
export type Place = Record<"partition" | "region" | "accountId", pulumi.Output<string>>;

export const placeOf = (child: pulumi.InvokeOptions): Place => ({
	partition: aws.getPartitionOutput({}, child).partition,
	region: aws.getRegionOutput({}, child).region,
	accountId: aws.getCallerIdentityOutput({}, child).accountId,
});

export const arnOf = (
	{ partition, region, accountId }: Place,
	service: string,
	rest: pulumi.Input<string>,
): pulumi.Output<string> => pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${rest}`;

/** The deliveries of logs and the traces, which have no resources. */
export const WORKFLOW_GRANTS: readonly Grant[] = [
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
		actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"],
		resources: ["*"],
	},
];

/** To run a task and wait for its end, of which Step Functions hears by a rule of its own. */
export function taskRunGrants(place: Place, cluster: aws.ecs.Cluster, task: FargateTask): Grant[] {
	const tasks = cluster.arn.apply((arn) => `${arn.replace(":cluster/", ":task/")}/*`);
	return [
		{ actions: ["ecs:RunTask"], resources: [task.definition.arn] },
		{ actions: ["ecs:StopTask", "ecs:DescribeTasks", "ecs:TagResource"], resources: [tasks] },
		{ actions: ["iam:PassRole"], resources: [task.roles.task.role.arn, task.roles.execution.role.arn] },
		{
			actions: ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
			resources: [arnOf(place, "events", "rule/StepFunctionsGetEventsForECSTaskRule")],
		},
	];
}
