/**
 * The task definition of one slot of a queued model: the platform's worker and, beside it on localhost, the team's model
 * server. How many tasks of it run, and where, is worker-service.ts.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { CONTAINERS, HEALTH_PORT, MODEL_SERVER_PORT, TASK_STOP_SECONDS } from "../../charter/containers.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { ContainerSize, PoolPlan } from "../../charter/pool.ts";
import type { EcsModel } from "../../charter/queued.ts";
import type { Settings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import { commonEnvironment } from "./common-environment.ts";
import { workEnvironment } from "./job-work.ts";
import { logGroupName, stackName } from "./names.ts";
import { type ServiceRole, serviceRole } from "./service-role.ts";
import { executionGrants, type TaskStores, taskGrants } from "./task-roles.ts";
import { workerImage } from "./worker-image.ts";

/** Logs that a container has not yet handed on; beyond it lines are lost, and its work goes on. */
const LOG_BUFFER = "25m";

export interface WorkerTaskArgs extends TaskStores {
	settings: Settings;
	model: EcsModel;
	plan: PoolPlan;
	tags: CostTags;
}

export class WorkerTask extends pulumi.ComponentResource {
	readonly definition: aws.ecs.TaskDefinition;
	/** What its containers may do, and what ECS does to start them. */
	readonly roles: { task: ServiceRole; execution: ServiceRole };
	/** The task's own role has its permissions; a task that started before would be refused everything. */
	readonly permissions: pulumi.Resource[];
	/** Of the worker: one record a job. */
	readonly logGroup: aws.cloudwatch.LogGroup;

	/** @param name name of the model and slot, as in "digit-reader-a" */
	constructor(name: string, args: WorkerTaskArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:WorkerTask", name, {}, opts);
		const child = { parent: this };
		const { settings, model, plan, tags } = args;
		const [worker, modelServer] = [`${name}-${CONTAINERS.worker}`, `${name}-${CONTAINERS.modelServer}`];
		const images = { worker: workerImage(settings), modelServer: model.runtime.image };
		const logGroup = (container: string) =>
			new aws.cloudwatch.LogGroup(
				`${container}-logs`,
				{ name: logGroupName(container), retentionInDays: settings.observability.logRetentionDays, tags },
				child,
			);
		this.logGroup = logGroup(worker);
		const modelServerLogs = logGroup(modelServer);

		const tasks = { service: "ecs-tasks.amazonaws.com", tags };
		const execution = serviceRole(
			`${name}-launch`,
			{
				...tasks,
				description: `What ECS does to start the tasks of ${name}`,
				grants: executionGrants(Object.values(images), [this.logGroup, modelServerLogs]),
			},
			child,
		);
		const task = serviceRole(
			`${name}-task`,
			{ ...tasks, description: `What the tasks of ${name} may do`, grants: taskGrants(model.name, args) },
			child,
		);
		this.roles = { task, execution };
		this.permissions = [execution.policy, task.policy];

		const { region } = aws.getRegionOutput({}, child);
		const logsTo = (group: aws.cloudwatch.LogGroup) => ({
			logDriver: "awslogs",
			options: {
				"awslogs-group": group.name,
				"awslogs-region": region,
				"awslogs-stream-prefix": "task",
				mode: "non-blocking",
				"max-buffer-size": LOG_BUFFER,
			},
		});
		this.definition = new aws.ecs.TaskDefinition(
			name,
			{
				family: stackName(name),
				networkMode: "awsvpc",
				requiresCompatibilities: ["EC2"],
				runtimePlatform: {
					operatingSystemFamily: "LINUX",
					cpuArchitecture: plan.architecture === "arm64" ? "ARM64" : "X86_64",
				},
				executionRoleArn: execution.role.arn,
				taskRoleArn: task.role.arn,
				containerDefinitions: pulumi.jsonStringify([
					{
						...container(CONTAINERS.worker, images.worker, plan.worker),
						memory: plan.worker.memoryMib,
						// Started after the model server, so stopped before it: what is in work is finished first.
						dependsOn: [{ containerName: CONTAINERS.modelServer, condition: "START" }],
						healthCheck: HEALTH_CHECK,
						environment: variables({ ...workerEnvironment(worker, args), AWS_REGION: region }),
						logConfiguration: logsTo(this.logGroup),
					},
					{
						...container(CONTAINERS.modelServer, images.modelServer, plan.modelServer),
						memoryReservation: plan.modelServer.memoryMib,
						...(plan.hasGpus ? { resourceRequirements: [{ type: "GPU", value: String(model.runtime.gpuCount) }] } : {}),
						environment: variables({ ...modelServerEnvironment(modelServer, args), AWS_REGION: region }),
						logConfiguration: logsTo(modelServerLogs),
					},
				]),
				// Rollouts move the service: the revision that this one replaces may run on, and be needed to start tasks anew.
				skipDestroy: true,
				tags,
			},
			child,
		);
		this.registerOutputs({ definition: this.definition.arn });
	}
}

/** ECS passes over the health check of an image: this is the worker's, which sees queue and model server. */
const HEALTH_CHECK = {
	command: [
		"CMD",
		"node",
		"-e",
		`fetch("http://127.0.0.1:${HEALTH_PORT}/health").then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`,
	],
	interval: 30,
	timeout: 5,
	retries: 3,
	// All that ECS gives a model to load.
	startPeriod: 300,
};

const container = (name: string, image: string, { cpuUnits }: ContainerSize) => ({
	name,
	image,
	essential: true,
	cpu: cpuUnits,
	stopTimeout: TASK_STOP_SECONDS,
});

/** Sorted: the order of the variables must not make a new revision. */
const variables = (environment: Readonly<Record<string, pulumi.Input<string>>>) =>
	Object.keys(environment)
		.sort()
		.map((name) => ({ name, value: environment[name] }));

const workerEnvironment = (service: string, args: WorkerTaskArgs): Record<string, pulumi.Input<string>> => {
	const { settings, model, work, store } = args;
	return {
		...commonEnvironment(settings, service),
		...workEnvironment(model, { work, store }),
		[ENVIRONMENT.modelServerUrl]: `http://127.0.0.1:${MODEL_SERVER_PORT}`,
		[ENVIRONMENT.healthPort]: String(HEALTH_PORT),
		[ENVIRONMENT.batchMaxSize]: String(model.runtime.batchMaxSize),
		[ENVIRONMENT.batchMaxWaitMs]: String(model.runtime.batchMaxWaitMs),
	};
};

const modelServerEnvironment = (service: string, args: WorkerTaskArgs): Record<string, pulumi.Input<string>> => {
	const { settings, model, registry, artifacts } = args;
	return {
		...commonEnvironment(settings, service),
		[ENVIRONMENT.model]: model.name,
		[ENVIRONMENT.modelServerPort]: String(MODEL_SERVER_PORT),
		[ENVIRONMENT.registryTable]: registry.table.name,
		[ENVIRONMENT.artifactBucket]: artifacts.bucket.bucket,
	};
};
