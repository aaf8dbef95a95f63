/** A training task of the pipeline against the embedded AWS, without the program that deploys it: for end-to-end tests. */
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeExecutionCommand, type DescribeExecutionOutput, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { expect } from "chai";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { RUN_DIRECTORY, TRAIN_CONTAINERS } from "../../../charter/pipeline.ts";
import { STAGING_PREFIX } from "../../../charter/registry.ts";
import { bundleProcess } from "../../../components/parts/bundle.ts";
import { startEcsAgent } from "../../../sandbox/ecs-agent/ecs-agent.ts";
import { writeTrainerShim } from "../../../sandbox/ecs-agent/trainer-shim.ts";
import { eventually } from "../eventually.ts";
import { makeTaskRole } from "./tasks.ts";
import { startTestCloud, type TestCloud } from "./test-cloud.ts";

const CLUSTER = "training";
const GROUP = "/triplane/test/training";
const MODEL = "tumour-risk";
const IMAGE = `trainer@sha256:${"a".repeat(64)}`;
const PATIENCE_MS = 90_000;

export interface TrainingBench {
	cloud: TestCloud;
	bucket: string;
	/** All lines that containers have written so far. */
	log(): Promise<string[]>;
	/** Runs the machine's one state to its end. */
	train(run: string, ...args: string[]): Promise<DescribeExecutionOutput>;
}

/** @param python an interpreter that has the trainer's packages */
export async function startTrainingBench(
	scope: AsyncDisposableStack,
	python: string,
	script: string,
): Promise<TrainingBench> {
	const cloud = await startTestCloud(scope);
	const { logs, sfn } = cloud.context.clients;
	const { url: endpoint, region } = cloud.emulator;
	const bundles = {
		[TRAIN_CONTAINERS.trainer]: await writeTrainerShim({ folder: `${cloud.runDir}/bundles/trainer`, python, script }),
		[TRAIN_CONTAINERS.upload]: bundleProcess("upload-run"),
	};
	const agent = await startEcsAgent({
		endpoint,
		region,
		runDir: cloud.runDir,
		spawn: cloud.warden.spawn,
		bundles,
		pollMs: 100,
	});
	scope.defer(() => agent.stop());
	await cloud.make("aws:ecs/cluster:Cluster", CLUSTER, { name: CLUSTER });
	await cloud.make("aws:cloudwatch/logGroup:LogGroup", "logs", { name: GROUP });
	const bucket = await cloud.make("aws:s3/bucket:Bucket", "artifacts", { bucket: "training-artifacts" });
	const role = await makeTaskRole(cloud, "training-role");
	await cloud.make("aws:iam/rolePolicy:RolePolicy", "training-policy", {
		role: role.id,
		policy: JSON.stringify({
			Version: "2012-10-17",
			Statement: [
				{ Effect: "Allow", Action: "s3:PutObject", Resource: `${bucket.text("arn")}/${STAGING_PREFIX}${MODEL}/*` },
			],
		}),
	});
	const told = {
		[ENVIRONMENT.model]: MODEL,
		[ENVIRONMENT.runDirectory]: RUN_DIRECTORY,
		[ENVIRONMENT.trainImage]: IMAGE,
	};
	const container = (name: string, environment: Record<string, string>, more: object) => ({
		name,
		image: IMAGE,
		environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
		logConfiguration: {
			logDriver: "awslogs",
			options: { "awslogs-group": GROUP, "awslogs-region": region, "awslogs-stream-prefix": "task" },
		},
		mountPoints: [{ sourceVolume: "run", containerPath: RUN_DIRECTORY }],
		...more,
	});
	const definition = await cloud.make("aws:ecs/taskDefinition:TaskDefinition", "training", {
		family: "training",
		networkMode: "awsvpc",
		cpu: "1024",
		memory: "4096",
		taskRoleArn: role.text("arn"),
		volumes: [{ name: "run" }],
		containerDefinitions: JSON.stringify([
			container(TRAIN_CONTAINERS.trainer, told, { essential: false }),
			container(
				TRAIN_CONTAINERS.upload,
				{ ...told, [ENVIRONMENT.artifactBucket]: bucket.id },
				{
					essential: true,
					command: ["/worker/upload-run.mjs"],
					dependsOn: [{ containerName: TRAIN_CONTAINERS.trainer, condition: "SUCCESS" }],
				},
			),
		]),
	});
	const machine = await cloud.make("aws:sfn/stateMachine:StateMachine", "training", {
		roleArn: (await makeTaskRole(cloud, "workflow", "states.amazonaws.com")).text("arn"),
		definition: JSON.stringify({
			StartAt: "Train",
			States: {
				Train: {
					Type: "Task",
					Resource: "arn:aws:states:::ecs:runTask.sync",
					Parameters: {
						Cluster: CLUSTER,
						TaskDefinition: definition.text("arn"),
						LaunchType: "FARGATE",
						Overrides: { "ContainerOverrides.$": "$.overrides" },
					},
					TimeoutSeconds: 120,
					End: true,
				},
			},
		}),
	});
	return {
		cloud,
		bucket: bucket.id,
		async log() {
			const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP }));
			return events.map(({ message = "" }) => message);
		},
		async train(run, ...Command) {
			const Environment = [{ Name: ENVIRONMENT.run, Value: run }];
			const overrides = [
				{ Name: TRAIN_CONTAINERS.trainer, Environment, Command },
				{ Name: TRAIN_CONTAINERS.upload, Environment },
			];
			const input = JSON.stringify({ overrides });
			const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: machine.id, input }));
			const outcome = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
			await eventually(async () => expect((await outcome()).status).not.to.equal("RUNNING"), PATIENCE_MS);
			return outcome();
		},
	};
}
