/**
 * A task on Fargate: its definition, its log group and its two roles, what its containers may do and what ECS does to start
 * them. Where and when it runs is decided by what starts it.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import { logGroupName, stackName } from "./names.ts";
import { type Grant, type ServiceRole, serviceRole } from "./service-role.ts";
import { executionGrants } from "./task-roles.ts";

const TASKS = "ecs-tasks.amazonaws.com";

/** A container in ECS's own words, but for its environment and its log. */
interface ContainerArgs {
	name: string;
	/** By its digest. */
	image: string;
	environment: Readonly<Record<string, pulumi.Input<string>>>;
	/** As in `{ essential: true }`. */
	[more: string]: unknown;
}

export interface FargateTaskArgs {
	settings: Pick<Settings, "architecture" | "observability">;
	/** After which its roles are described, as in "the container of disease-progress". */
	what: string;
	cpuUnits: number;
	memoryMb: number;
	containers: readonly ContainerArgs[];
	/** Names of folders that containers share while the task runs. @default none */
	volumes?: readonly string[];
	/** What all of its containers may do: a task has one role. */
	grants: readonly Grant[];
	tags: CostTags;
}

export class FargateTask extends pulumi.ComponentResource {
	readonly definition: aws.ecs.TaskDefinition;
	readonly logGroup: aws.cloudwatch.LogGroup;
	/** Of the containers themselves, and of ECS that fetches their images and writes their logs. */
	readonly roles: { task: ServiceRole; execution: ServiceRole };

	/** @param name as in "disease-progress-score" */
	constructor(name: string, args: FargateTaskArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:parts:FargateTask", name, {}, opts);
		const child = { parent: this };
		const { settings, what, containers, volumes = [], grants, tags } = args;
		this.logGroup = new aws.cloudwatch.LogGroup(
			`${name}-logs`,
			{ name: logGroupName(name), retentionInDays: settings.observability.logRetentionDays, tags },
			child,
		);
		const images = containers.map(({ image }) => image);
		this.roles = {
			task: serviceRole(name, { service: TASKS, description: `What ${what} may do`, grants, tags }, child),
			execution: serviceRole(
				`${name}-ecs`,
				{
					service: TASKS,
					description: `What ECS does for ${what}`,
					grants: executionGrants(images, [this.logGroup]),
					tags,
				},
				child,
			),
		};
		const { region } = aws.getRegionOutput({}, child);
		this.definition = new aws.ecs.TaskDefinition(
			name,
			{
				family: stackName(name),
				requiresCompatibilities: ["FARGATE"],
				networkMode: "awsvpc",
				cpu: String(args.cpuUnits),
				memory: String(args.memoryMb),
				runtimePlatform: {
					operatingSystemFamily: "LINUX",
					cpuArchitecture: settings.architecture === "arm64" ? "ARM64" : "X86_64",
				},
				taskRoleArn: this.roles.task.role.arn,
				executionRoleArn: this.roles.execution.role.arn,
				...(volumes.length > 0 ? { volumes: volumes.map((volume) => ({ name: volume })) } : {}),
				containerDefinitions: pulumi.jsonStringify(
					containers.map(({ environment, ...container }) => ({
						...container,
						environment: Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
						logConfiguration: {
							logDriver: "awslogs",
							options: {
								"awslogs-group": this.logGroup.name,
								"awslogs-region": region,
								"awslogs-stream-prefix": container.name,
							},
						},
					})),
				),
				tags,
			},
			child,
		);
		this.registerOutputs({ definition: this.definition.arn });
	}
}
