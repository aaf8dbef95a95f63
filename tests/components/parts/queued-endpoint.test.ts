import { expect } from "chai";
import { ArtifactStore } from "../../../components/parts/artifact-store.ts";
import { JobStore } from "../../../components/parts/job-store.ts";
import { Network } from "../../../components/parts/network.ts";
import { OnDemandTable } from "../../../components/parts/on-demand-table.ts";
import { QueuedEndpoint, type QueuedEndpointArgs } from "../../../components/parts/queued-endpoint.ts";
import { ecsModelWith, jsonOf, notedOptions, queuedSettingsWith, TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const SERVICE = "aws:ecs/service:Service";
const TARGET = "aws:appautoscaling/target:Target";
const POLICY = "aws:appautoscaling/policy:Policy";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const OWN_TAGS = { ...TAGS, team: "documents", model: "digit-reader", feature: "form-entry" };
const settings = queuedSettingsWith();

const deployed = async (change: Partial<QueuedEndpointArgs> = {}) => {
	const { options, opts } = notedOptions();
	const tags = TAGS;
	const run = await underMocks(() => {
		const endpoint = new QueuedEndpoint(
			"digit-reader",
			{
				settings,
				model: ecsModelWith(),
				network: new Network("network", { network: settings.network, tags }),
				store: new JobStore("jobs", { tags }),
				registry: new OnDemandTable("registry", { hasSortKey: true, isRecoverable: true, tags }),
				artifacts: new ArtifactStore("artifacts", { tags }),
				...change,
			},
			opts,
		);
		return endpoint.logWriters.map(({ logGroup }) => logGroup.name);
	});
	return { ...run, options };
};

describe("components/parts/queued-endpoint", () => {
	let run: Awaited<ReturnType<typeof deployed>>;
	before(async () => {
		run = await deployed();
	});

	it("has a queue and a service for each slot, on one pool", () => {
		const counted = (resources: typeof run.resources) =>
			titles(resources).filter((title) => /::(aws:)?(digit|pool).*-(queue|cluster)$|Service::digit/.test(title));
		expect(counted(run.resources)).to.deep.equal([
			"aws:ecs/cluster:Cluster::pool-digit-reader-cluster",
			`${SERVICE}::digit-reader-a`,
			`${SERVICE}::digit-reader-b`,
			"aws:sqs/queue:Queue::digit-reader-a-queue",
			"aws:sqs/queue:Queue::digit-reader-b-queue",
			"triplane:data:WorkerService::digit-reader-a",
			"triplane:data:WorkerService::digit-reader-b",
		]);
	});

	it("keeps a slot's jobs longer than they live, and sets none aside for an interruption", () => {
		const queue = run.find("aws:sqs/queue:Queue", "digit-reader-a-queue");
		const { redrivePolicy: _, ...inputs } = queue.inputs;
		expect(inputs).to.deep.equal({
			sqsManagedSseEnabled: true,
			visibilityTimeoutSeconds: 60,
			messageRetentionSeconds: 345_600,
			receiveWaitTimeSeconds: 20,
			tags: OWN_TAGS,
		});
		expect(jsonOf(queue, "redrivePolicy")).to.deep.equal({
			deadLetterTargetArn: "arn:digit-reader-a-dead-letters",
			maxReceiveCount: 1000,
		});
		expect(run.find("aws:sqs/queue:Queue", "digit-reader-a-dead-letters").inputs.messageRetentionSeconds).to.equal(
			1_209_600,
		);
	});

	it("runs its workers by the pool's providers, in private, and rolls a failed deployment back", () => {
		expect(run.find(SERVICE, "digit-reader-a").inputs).to.deep.equal({
			cluster: "arn:aws:ecs:us-east-1:123456789012:cluster/pool-digit-reader-cluster",
			taskDefinition: "arn:digit-reader-a",
			desiredCount: 1,
			capacityProviderStrategies: [
				{ capacityProvider: "pool-digit-reader-on-demand", base: 1, weight: 20 },
				{ capacityProvider: "pool-digit-reader-spot", weight: 80 },
			],
			networkConfiguration: {
				subnets: ["subnet-1", "subnet-2"],
				securityGroups: ["network-tasks-id"],
				assignPublicIp: false,
			},
			deploymentCircuitBreaker: { enable: true, rollback: true },
			deploymentMinimumHealthyPercent: 50,
			deploymentMaximumPercent: 200,
			availabilityZoneRebalancing: "DISABLED",
			enableEcsManagedTags: true,
			propagateTags: "SERVICE",
			waitForSteadyState: false,
			forceDelete: true,
			tags: OWN_TAGS,
		});
	});

	it("leaves the task definition to rollouts and the count to scaling", () => {
		expect(run.options.get(`${SERVICE}::digit-reader-a`)?.ignoreChanges).to.deep.equal([
			"taskDefinition",
			"desiredCount",
		]);
	});

	it("is destroyed before its providers' tie and its permissions, so that its tasks can still end", () => {
		expect([...run.outlivedBy(SERVICE, "digit-reader-a")]).to.include.members([
			"aws:ecs/clusterCapacityProviders:ClusterCapacityProviders::pool-digit-reader-providers",
			"aws:ecs/capacityProvider:CapacityProvider::pool-digit-reader-spot",
			"aws:ecs/capacityProvider:CapacityProvider::pool-digit-reader-on-demand",
			"aws:autoscaling/group:Group::pool-digit-reader-spot-hosts",
			"aws:autoscaling/group:Group::pool-digit-reader-on-demand-hosts",
			"aws:ecs/cluster:Cluster::pool-digit-reader-cluster",
			"aws:ecs/taskDefinition:TaskDefinition::digit-reader-a",
			"aws:iam/rolePolicy:RolePolicy::digit-reader-a-task-policy",
			"aws:iam/rolePolicy:RolePolicy::digit-reader-a-launch-policy",
		]);
		for (const scaling of ["digit-reader-a-backlog-per-task", "digit-reader-a-first-task"])
			expect([...run.outlivedBy(POLICY, scaling)]).to.include.members([
				`${TARGET}::digit-reader-a-target`,
				`${SERVICE}::digit-reader-a`,
			]);
	});

	it("tells what writes its log", () => {
		expect(run.result).to.deep.equal(["/triplane/dev/digit-reader-a-worker", "/triplane/dev/digit-reader-b-worker"]);
	});

	it("begins the canary's slot without a task, and leaves its definition and count to rollouts", () => {
		const desired = (slot: string) => run.find(SERVICE, `digit-reader-${slot}`).inputs.desiredCount;
		expect([desired("a"), desired("b")]).to.deep.equal([1, 0]);
		const least = run.find("aws:appautoscaling/target:Target", "digit-reader-b-target").inputs.minCapacity;
		expect(least).to.equal(0);
		for (const slot of ["a", "b"])
			expect(run.options.get(`${SERVICE}::digit-reader-${slot}`)?.ignoreChanges).to.deep.equal([
				"taskDefinition",
				"desiredCount",
			]);
	});
});

describe("components/parts/backlog-scaling", () => {
	let run: Awaited<ReturnType<typeof deployed>>;
	before(async () => {
		run = await deployed();
	});
	const scaled = {
		serviceNamespace: "ecs",
		scalableDimension: "ecs:service:DesiredCount",
		resourceId: "service/pool-digit-reader-cluster/digit-reader-a",
	};
	const queue = { QueueName: "digit-reader-a-queue" };
	const service = { ClusterName: "pool-digit-reader-cluster", ServiceName: "digit-reader-a" };
	const named = (dimensions: Record<string, string>) =>
		Object.entries(dimensions).map(([name, value]) => ({ name, value }));

	it("scales between the tasks that must be there and the most", async () => {
		expect(run.find(TARGET, "digit-reader-a-target").inputs).to.deep.equal({
			...scaled,
			minCapacity: 1,
			maxCapacity: 4,
			tags: OWN_TAGS,
		});
		const lulls = ["a", "b"].map(
			(slot) =>
				Object(
					run.find(POLICY, `digit-reader-${slot}-backlog-per-task`).inputs.targetTrackingScalingPolicyConfiguration,
				).disableScaleIn,
		);
		expect(lulls, "a canary is its rollout's to end").to.deep.equal([false, true]);
		const patient = await deployed({ model: ecsModelWith({ slo: { p95Ms: 500, jobP95Seconds: 3600 } }) });
		expect(patient.find(TARGET, "digit-reader-a-target").inputs.minCapacity).to.equal(0);
		expect(patient.find(SERVICE, "digit-reader-a").inputs.desiredCount).to.equal(0);
	});

	it("follows the jobs that wait for each task, by metric math that survives a count of none", () => {
		expect(run.find(POLICY, "digit-reader-a-backlog-per-task").inputs).to.deep.equal({
			...scaled,
			policyType: "TargetTrackingScaling",
			targetTrackingScalingPolicyConfiguration: {
				targetValue: 960,
				disableScaleIn: false,
				scaleOutCooldown: 600,
				scaleInCooldown: 300,
				customizedMetricSpecification: {
					metrics: [
						{
							id: "visible",
							returnData: false,
							metricStat: {
								metric: {
									namespace: "AWS/SQS",
									metricName: "ApproximateNumberOfMessagesVisible",
									dimensions: named(queue),
								},
								stat: "Maximum",
							},
						},
						{
							id: "running",
							returnData: false,
							metricStat: {
								metric: {
									namespace: "ECS/ContainerInsights",
									metricName: "RunningTaskCount",
									dimensions: named(service),
								},
								stat: "Average",
							},
						},
						{
							id: "backlogPerTask",
							label: "Jobs that wait for each task",
							expression: "visible / IF(FILL(running, 0) > 0, running, 1)",
							returnData: true,
						},
					],
				},
			},
		});
	});

	it("starts the first task by a step, as soon as a job waits and none runs", () => {
		expect(run.find(POLICY, "digit-reader-a-first-task").inputs).to.deep.equal({
			...scaled,
			policyType: "StepScaling",
			stepScalingPolicyConfiguration: {
				adjustmentType: "ChangeInCapacity",
				cooldown: 600,
				metricAggregationType: "Maximum",
				stepAdjustments: [{ metricIntervalLowerBound: "0", scalingAdjustment: 1 }],
			},
		});
		const { alarmDescription: _, ...inputs } = run.find(ALARM, "digit-reader-a-waits-without-task").inputs;
		expect(inputs).to.deep.equal({
			metricQueries: [
				{
					id: "visible",
					returnData: false,
					metric: {
						namespace: "AWS/SQS",
						metricName: "ApproximateNumberOfMessagesVisible",
						stat: "Maximum",
						dimensions: queue,
						period: 60,
					},
				},
				{
					id: "running",
					returnData: false,
					metric: {
						namespace: "ECS/ContainerInsights",
						metricName: "RunningTaskCount",
						stat: "Average",
						dimensions: service,
						period: 60,
					},
				},
				{
					id: "waiting",
					label: "Jobs that wait while no task runs",
					expression: "IF(FILL(running, 0) < 1, visible, 0)",
					returnData: true,
				},
			],
			evaluationPeriods: 1,
			comparisonOperator: "GreaterThanThreshold",
			threshold: 0,
			treatMissingData: "notBreaching",
			alarmActions: ["arn:digit-reader-a-first-task"],
			tags: OWN_TAGS,
		});
	});
});
