/** ECS, Step Functions and Scheduler types of the provider: made, read back by AWS's own API, changed in place, deleted. */
import {
	DescribeCapacityProvidersCommand,
	DescribeClustersCommand,
	DescribeServicesCommand,
	DescribeTaskDefinitionCommand,
	ListTagsForResourceCommand,
	ListTasksCommand,
	UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import {
	GetScheduleCommand,
	GetScheduleGroupCommand,
	ListTagsForResourceCommand as ListScheduleTagsCommand,
} from "@aws-sdk/client-scheduler";
import {
	DescribeExecutionCommand,
	DescribeStateMachineCommand,
	ListTagsForResourceCommand as ListMachineTagsCommand,
	StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { expect } from "chai";
import { makeTaskRole } from "../support/cloud/tasks.ts";
import { startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";
import { eventually } from "../support/eventually.ts";

const IMAGE = `repository@sha256:${"0".repeat(64)}`;

describe("The provider's ECS, Step Functions and Scheduler types", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	before(async () => {
		cloud = await startTestCloud(scope);
	});
	after(() => scope.disposeAsync());

	const makeDefinition = (family: string, name: string) =>
		cloud.make("aws:ecs/taskDefinition:TaskDefinition", family, {
			family,
			networkMode: "awsvpc",
			containerDefinitions: JSON.stringify([{ name, image: IMAGE, memory: 512, essential: true, stopTimeout: 120 }]),
			tags: { team: "a" },
		});
	const tagsOf = async (resourceArn: string) =>
		(await cloud.context.clients.ecs.send(new ListTagsForResourceCommand({ resourceArn }))).tags;

	it("make, change and delete a cluster, its capacity provider and what it has of it.", async () => {
		const { ecs } = cloud.context.clients;
		const cluster = await cloud.make("aws:ecs/cluster:Cluster", "gpu", {
			settings: [{ name: "containerInsights", value: "disabled" }],
			tags: { team: "a" },
		});
		const scaling = (targetCapacity: number) => ({
			autoScalingGroupArn: "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:u:autoScalingGroupName/spot",
			managedTerminationProtection: "ENABLED",
			managedScaling: { status: "ENABLED", targetCapacity },
		});
		const provider = await cloud.make("aws:ecs/capacityProvider:CapacityProvider", "spot", {
			autoScalingGroupProvider: scaling(100),
			tags: { team: "a" },
		});
		const strategy = (weight: number) => [{ capacityProvider: provider.text("name"), base: 1, weight }];
		const capacity = await cloud.make("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", "capacity", {
			clusterName: cluster.text("name"),
			capacityProviders: [provider.text("name")],
			defaultCapacityProviderStrategies: strategy(1),
		});
		await cluster.update({ settings: [{ name: "containerInsights", value: "enhanced" }], tags: { team: "b" } });
		await provider.update({ autoScalingGroupProvider: scaling(90) });
		await capacity.update({ defaultCapacityProviderStrategies: strategy(4) });

		const { clusters: [found] = [] } = await ecs.send(
			new DescribeClustersCommand({ clusters: [cluster.text("name")], include: ["SETTINGS"] }),
		);
		expect(found).to.deep.include({
			clusterArn: cluster.text("arn"),
			settings: [{ name: "containerInsights", value: "enhanced" }],
			capacityProviders: [provider.text("name")],
			defaultCapacityProviderStrategy: strategy(4),
		});
		expect(await tagsOf(cluster.text("arn"))).to.deep.equal([{ key: "team", value: "b" }]);
		const call = new DescribeCapacityProvidersCommand({ capacityProviders: [provider.text("name")] });
		const { capacityProviders: [kept] = [] } = await ecs.send(call);
		expect(kept?.autoScalingGroupProvider?.managedScaling?.targetCapacity).to.equal(90);
		for (const each of [capacity, provider, cluster]) {
			expect(await each.read()).not.to.equal(undefined);
			await each.delete();
		}
		expect([await provider.read(), await cluster.read()]).to.deep.equal([undefined, undefined]);
	});

	it("register task definitions by revision, and deregister only their own.", async () => {
		const first = await makeDefinition("family", "worker");
		const second = await makeDefinition("family", "worker");
		expect([first.properties.revision, second.properties.revision]).to.deep.equal([1, 2]);
		expect(first.id).to.equal("family");
		expect(second.text("arn")).to.equal(`${second.text("arnWithoutRevision")}:2`);
		await second.update({ tags: { team: "b" } });
		expect(await tagsOf(second.text("arn"))).to.deep.equal([{ key: "team", value: "b" }]);
		await first.delete();
		expect(await first.read()).to.equal(undefined);
		const { taskDefinition } = await cloud.context.clients.ecs.send(
			new DescribeTaskDefinitionCommand({ taskDefinition: second.text("arn") }),
		);
		expect(taskDefinition?.containerDefinitions?.[0]).to.include({ name: "worker", stopTimeout: 120, essential: true });
		await expectRefusal(makeDefinitionOf("{}"), "not a JSON list");
	});
	const makeDefinitionOf = (containerDefinitions: string) =>
		cloud.make("aws:ecs/taskDefinition:TaskDefinition", "broken", { family: "broken", containerDefinitions });

	it("make, change and delete a service, without undoing what scaled it meanwhile.", async () => {
		const { ecs } = cloud.context.clients;
		const cluster = await cloud.make("aws:ecs/cluster:Cluster", "pool", { name: "pool" });
		const definition = await makeDefinition("served", "worker");
		const service = await cloud.make("aws:ecs/service:Service", "digits", {
			cluster: cluster.id,
			taskDefinition: definition.text("arn"),
			desiredCount: 1,
			capacityProviderStrategies: [{ capacityProvider: "spot", weight: 4 }],
			networkConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] },
			deploymentCircuitBreaker: { enable: true, rollback: true },
			tags: { team: "a" },
		});
		const found = async () => {
			const call = new DescribeServicesCommand({ cluster: "pool", services: [service.id] });
			return (await ecs.send(call)).services?.[0];
		};
		const tasks = async () => (await ecs.send(new ListTasksCommand({ cluster: "pool" }))).taskArns ?? [];
		expect(await found()).to.deep.include({
			serviceArn: service.text("arn"),
			desiredCount: 1,
			runningCount: 1,
			capacityProviderStrategy: [{ capacityProvider: "spot", weight: 4 }],
		});
		await ecs.send(new UpdateServiceCommand({ cluster: "pool", service: service.id, desiredCount: 3 }));
		await service.update({ tags: { team: "b" }, enableExecuteCommand: true });
		expect(await found()).to.include({ desiredCount: 3, runningCount: 3, enableExecuteCommand: true });
		await service.update({ desiredCount: 2 });
		expect(await tasks()).to.have.length(2);
		const next = await makeDefinition("served", "worker");
		await service.update({ taskDefinition: next.text("arn") });
		expect(await found()).to.include({ taskDefinition: next.text("arn"), runningCount: 2 });
		await service.delete();
		expect([await service.read(), await tasks()]).to.deep.equal([undefined, []]);
		await cluster.delete();
	});

	it("make, change and delete a state machine that runs.", async () => {
		const { sfn } = cloud.context.clients;
		const role = await makeTaskRole(cloud, "workflow", "states.amazonaws.com");
		const definition = (Result: string) =>
			JSON.stringify({ StartAt: "Only", States: { Only: { Type: "Pass", Result, End: true } } });
		const machine = await cloud.make("aws:sfn/stateMachine:StateMachine", "workflow", {
			definition: definition("before"),
			roleArn: role.text("arn"),
			tags: { team: "a" },
		});
		const before = machine.text("revisionId");
		await machine.update({ definition: definition("after"), tags: { team: "b" } });
		const call = new DescribeStateMachineCommand({ stateMachineArn: machine.id });
		expect(await sfn.send(call)).to.include({ definition: definition("after"), type: "STANDARD", status: "ACTIVE" });
		expect(machine.text("revisionId")).not.to.equal(before);
		const tags = await sfn.send(new ListMachineTagsCommand({ resourceArn: machine.text("arn") }));
		expect(tags.tags).to.deep.equal([{ key: "team", value: "b" }]);
		const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: machine.id, input: "{}" }));
		await eventually(async () => {
			const { status, output } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
			expect({ status, output }).to.deep.equal({ status: "SUCCEEDED", output: '"after"' });
		});
		await machine.delete();
		expect(await machine.read()).to.equal(undefined);
	});

	it("make, change and delete a schedule and its group.", async () => {
		const { scheduler } = cloud.context.clients;
		const role = await makeTaskRole(cloud, "clock", "scheduler.amazonaws.com");
		const group = await cloud.make("aws:scheduler/scheduleGroup:ScheduleGroup", "group", { tags: { team: "a" } });
		const schedule = await cloud.make("aws:scheduler/schedule:Schedule", "nightly", {
			groupName: group.id,
			scheduleExpression: "rate(1 day)",
			flexibleTimeWindow: { mode: "OFF" },
			target: {
				arn: "arn:aws:lambda:us-east-1:000000000000:function:plan",
				roleArn: role.text("arn"),
				input: '{"window":"<aws.scheduler.scheduled-time>"}',
				retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
				deadLetterConfig: { arn: "arn:aws:sqs:us-east-1:000000000000:dead" },
			},
		});
		await schedule.update({ scheduleExpression: "rate(2 days)", state: "DISABLED" });
		await group.update({ tags: { team: "b" } });
		const found = await scheduler.send(new GetScheduleCommand({ Name: schedule.text("name"), GroupName: group.id }));
		expect(found).to.deep.include({
			Arn: schedule.text("arn"),
			ScheduleExpression: "rate(2 days)",
			State: "DISABLED",
			ScheduleExpressionTimezone: "UTC",
		});
		expect(found.Target).to.deep.include({
			RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 3600 },
			DeadLetterConfig: { Arn: "arn:aws:sqs:us-east-1:000000000000:dead" },
		});
		const { Arn = "" } = await scheduler.send(new GetScheduleGroupCommand({ Name: group.id }));
		const { Tags } = await scheduler.send(new ListScheduleTagsCommand({ ResourceArn: Arn }));
		expect(Tags).to.deep.equal([{ Key: "team", Value: "b" }]);
		for (const each of [schedule, group]) await each.delete();
		expect([await schedule.read(), await group.read()]).to.deep.equal([undefined, undefined]);
	});
});

async function expectRefusal(answer: Promise<unknown>, text: string): Promise<void> {
	const message = await answer.then(
		() => "It was made.",
		(error: unknown) => String(error),
	);
	expect(message).to.contain(text);
}
