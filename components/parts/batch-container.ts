/**
 * The container by which a heavy batch model scores: cluster, task definition and roles on Fargate, spot first.
 * Nothing runs between windows: the workflow starts one task a chunk. The image is functions/batch-score/Dockerfile's.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type BatchModel, batchFunctionNames } from "../../charter/batch.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { SCORE_CONTAINER } from "./batch-definition.ts";
import { type BatchParts, scoring } from "./batch-functions.ts";
import { modelTags } from "./cost-tags.ts";
import { logGroupName } from "./names.ts";
import { type ServiceRole, serviceRole } from "./service-role.ts";

const TASKS = "ecs-tasks.amazonaws.com";
/** What spot gives between its notice and the end. */
const STOP_TIMEOUT_SECONDS = 120;

export interface BatchContainerArgs extends BatchParts {
	model: BatchModel & { runtime: Extract<BatchModel["runtime"], { kind: "fargate" }> };
}

export class BatchContainer extends pulumi.ComponentResource {
	readonly cluster: aws.ecs.Cluster;
	readonly taskDefinition: aws.ecs.TaskDefinition;
	readonly logGroup: aws.cloudwatch.LogGroup;
	/** Of the container itself, and of ECS that fetches its image and writes its log. */
	readonly roles: { task: ServiceRole; execution: ServiceRole };

	/** @param name of what scores, as in "disease-progress-score" */
	constructor(args: BatchContainerArgs, opts?: pulumi.ComponentResourceOptions) {
		const { settings, model } = args;
		const name = batchFunctionNames(model.name).score;
		super("triplane:data:BatchContainer", name, {}, opts);
		const child = { parent: this };
		const tags = modelTags(settings, model);
		this.logGroup = new aws.cloudwatch.LogGroup(
			`${name}-logs`,
			{ name: logGroupName(name), retentionInDays: settings.observability.logRetentionDays, tags },
			child,
		);
		this.cluster = new aws.ecs.Cluster(
			`${name}-cluster`,
			{ settings: [{ name: "containerInsights", value: "enabled" }], tags },
			child,
		);
		new aws.ecs.ClusterCapacityProviders(
			`${name}-capacity`,
			{ clusterName: this.cluster.name, capacityProviders: ["FARGATE", "FARGATE_SPOT"] },
			child,
		);
		const { environment, grants } = scoring(args, name);
		this.roles = {
			task: serviceRole(
				name,
				{ service: TASKS, description: `What the container of ${model.name} may do`, grants, tags },
				child,
			),
			execution: serviceRole(
				`${name}-execution`,
				{
					service: TASKS,
					description: `What ECS does for the container of ${model.name}`,
					grants: [
						{
							actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
							resources: [pulumi.interpolate`${this.logGroup.arn}:*`],
						},
						// The sign-in has no resources; which images there are to fetch, the repositories' policies say too.
						{ actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
						{
							actions: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"],
							resources: [repositoryArn(model.runtime.image, child)],
						},
					],
					tags,
				},
				child,
			),
		};
		this.taskDefinition = this.defineTask(name, args, environment);
		this.registerOutputs({ cluster: this.cluster.arn, taskDefinition: this.taskDefinition.arn });
	}

	private defineTask(
		name: string,
		{ settings, model }: BatchContainerArgs,
		environment: Readonly<Record<string, pulumi.Input<string>>>,
	): aws.ecs.TaskDefinition {
		const { image, cpuUnits, memoryMb } = model.runtime;
		const variables = { ...environment, [ENVIRONMENT.cpuUnits]: String(cpuUnits) };
		return new aws.ecs.TaskDefinition(
			name,
			{
				family: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
				requiresCompatibilities: ["FARGATE"],
				networkMode: "awsvpc",
				cpu: String(cpuUnits),
				memory: String(memoryMb),
				runtimePlatform: {
					operatingSystemFamily: "LINUX",
					cpuArchitecture: settings.architecture === "arm64" ? "ARM64" : "X86_64",
				},
				taskRoleArn: this.roles.task.role.arn,
				executionRoleArn: this.roles.execution.role.arn,
				containerDefinitions: pulumi.jsonStringify([
					{
						name: SCORE_CONTAINER,
						image,
						essential: true,
						readonlyRootFilesystem: true,
						stopTimeout: STOP_TIMEOUT_SECONDS,
						environment: Object.entries(variables).map(([variable, value]) => ({ name: variable, value })),
						logConfiguration: {
							logDriver: "awslogs",
							options: {
								"awslogs-group": this.logGroup.name,
								"awslogs-region": aws.getRegionOutput({}, { parent: this }).region,
								"awslogs-stream-prefix": SCORE_CONTAINER,
							},
						},
					},
				]),
				tags: modelTags(settings, model),
			},
			{ parent: this },
		);
	}
}

/** Of an image in ECR, its repository; of one elsewhere, nothing is fetched with these permissions. */
function repositoryArn(image: string, opts: pulumi.InvokeOptions): pulumi.Output<string> {
	const [, account, region, repository] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^@:]+)/.exec(image) ?? [];
	const partition = aws.getPartitionOutput({}, opts).partition;
	return pulumi.interpolate`arn:${partition}:ecr:${region ?? "*"}:${account ?? "*"}:repository/${repository ?? "none"}`;
}
