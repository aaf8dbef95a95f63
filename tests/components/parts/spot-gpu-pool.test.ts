import { expect } from "chai";
import { SettingsError } from "../../../charter/errors.ts";
import type { EcsModel } from "../../../charter/queued.ts";
import { Network } from "../../../components/parts/network.ts";
import { SpotGpuPool } from "../../../components/parts/spot-gpu-pool.ts";
import { ecsModelWith, grantsIn, notedOptions, queuedSettingsWith, TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const GROUP = "aws:autoscaling/group:Group";
const PROVIDER = "aws:ecs/capacityProvider:CapacityProvider";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const { network: adopted } = queuedSettingsWith();

const deployed = async (model: EcsModel = ecsModelWith()) => {
	const { options, opts } = notedOptions();
	const run = await underMocks(() => {
		const network = new Network("network", { network: adopted, tags: TAGS });
		return new SpotGpuPool("pool", { model, network, tags: TAGS }, opts).cluster.name;
	});
	return { ...run, options };
};
const groupOf = async (market: string, model?: EcsModel) =>
	(await deployed(model)).find(GROUP, `pool-${market}-hosts`).inputs;
const strategyOf = async (runtime: object) =>
	(await deployed(ecsModelWith({}, runtime))).find(
		"aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
		"pool-providers",
	).inputs.defaultCapacityProviderStrategies;

describe("components/parts/spot-gpu-pool", () => {
	it("is a cluster, a template, and two groups with a capacity provider each", async () => {
		expect(titles((await deployed()).resources)).to.include.members([
			`${GROUP}::pool-on-demand-hosts`,
			`${GROUP}::pool-spot-hosts`,
			`${PROVIDER}::pool-on-demand`,
			`${PROVIDER}::pool-spot`,
			`${TEMPLATE}::pool-host`,
			"aws:ecs/cluster:Cluster::pool-cluster",
			"aws:ecs/clusterCapacityProviders:ClusterCapacityProviders::pool-providers",
			"aws:iam/instanceProfile:InstanceProfile::pool-host-profile",
		]);
	});

	it("counts its running tasks, for the service scales by them", async () => {
		expect((await deployed()).find("aws:ecs/cluster:Cluster", "pool-cluster").inputs).to.deep.equal({
			settings: [{ name: "containerInsights", value: "enabled" }],
			tags: TAGS,
		});
	});

	it("starts hosts on demand, of any of the model's types, protected until ECS lets them go", async () => {
		expect(await groupOf("on-demand")).to.deep.equal({
			minSize: 1,
			maxSize: 4,
			vpcZoneIdentifiers: ["subnet-1", "subnet-2"],
			mixedInstancesPolicy: {
				instancesDistribution: {
					onDemandBaseCapacity: 0,
					onDemandPercentageAboveBaseCapacity: 100,
					onDemandAllocationStrategy: "lowest-price",
				},
				launchTemplate: {
					launchTemplateSpecification: { launchTemplateId: "pool-host-id", version: "7" },
					overrides: [{ instanceType: "g4dn.xlarge" }, { instanceType: "g5.xlarge" }],
				},
			},
			protectFromScaleIn: true,
			capacityRebalance: false,
			forceDelete: true,
			waitForCapacityTimeout: "0",
			tags: Object.entries({ ...TAGS, AmazonECSManaged: "true" }).map(([key, value]) => ({
				key,
				value,
				propagateAtLaunch: true,
			})),
		});
	});

	it("starts the others on spot, where it is cheap and there is enough of it, and none before they are needed", async () => {
		const { minSize, maxSize, mixedInstancesPolicy, ...others } = await groupOf("spot");
		expect([minSize, maxSize]).to.deep.equal([0, 4]);
		expect(mixedInstancesPolicy).to.deep.equal({
			instancesDistribution: {
				onDemandBaseCapacity: 0,
				onDemandPercentageAboveBaseCapacity: 0,
				spotAllocationStrategy: "price-capacity-optimized",
			},
			launchTemplate: {
				launchTemplateSpecification: { launchTemplateId: "pool-host-id", version: "7" },
				overrides: [{ instanceType: "g4dn.xlarge" }, { instanceType: "g5.xlarge" }],
			},
		});
		expect(others).to.include({ protectFromScaleIn: true, capacityRebalance: false, forceDelete: true });
	});

	it("keeps no host where the promise leaves time to start one", async () => {
		const patient = ecsModelWith({ slo: { p95Ms: 500, jobP95Seconds: 3600 } });
		expect((await groupOf("on-demand", patient)).minSize).to.equal(0);
	});

	it("lets ECS scale both groups, empty a host before it goes, and choose which goes", async () => {
		const { find } = await deployed();
		for (const market of ["on-demand", "spot"])
			expect(find(PROVIDER, `pool-${market}`).inputs).to.deep.equal({
				autoScalingGroupProvider: {
					autoScalingGroupArn: `arn:pool-${market}-hosts`,
					managedScaling: {
						status: "ENABLED",
						targetCapacity: 100,
						minimumScalingStepSize: 1,
						maximumScalingStepSize: 4,
					},
					managedDraining: "ENABLED",
					managedTerminationProtection: "ENABLED",
				},
				tags: TAGS,
			});
	});

	it("does not undo what ECS scales", async () => {
		const { options } = await deployed();
		for (const market of ["on-demand", "spot"])
			expect(options.get(`pool-${market}-hosts`)?.ignoreChanges).to.deep.equal(["desiredCapacity"]);
	});

	it("places the base on demand and the spot share above it, and never gives the base's provider no weight", async () => {
		const providers = (await deployed()).find(
			"aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
			"pool-providers",
		);
		expect(providers.inputs).to.deep.equal({
			clusterName: "pool-cluster",
			capacityProviders: ["pool-on-demand", "pool-spot"],
			defaultCapacityProviderStrategies: [
				{ capacityProvider: "pool-on-demand", base: 1, weight: 20 },
				{ capacityProvider: "pool-spot", weight: 80 },
			],
		});
		expect(await strategyOf({ spotShare: 1, onDemandBase: 2 })).to.deep.equal([
			{ capacityProvider: "pool-on-demand", base: 2, weight: 1 },
			{ capacityProvider: "pool-spot", weight: 100 },
		]);
		expect(await strategyOf({ spotShare: 0 })).to.deep.equal([
			{ capacityProvider: "pool-on-demand", base: 1, weight: 100 },
			{ capacityProvider: "pool-spot", weight: 0 },
		]);
	});

	it("refuses types that do not go together before anything of it is registered", async () => {
		const { resources } = await underMocks(() => {
			const network = new Network("network", { network: adopted, tags: TAGS });
			const model = ecsModelWith({}, { instanceTypes: ["g4dn.xlarge", "g4dn.12xlarge"] });
			expect(() => new SpotGpuPool("pool", { model, network, tags: TAGS })).to.throw(SettingsError, "numbers of GPUs");
		});
		expect(resources.filter(({ name }) => name.startsWith("pool"))).to.deep.equal([]);
	});

	it("is destroyed from its providers' tie over the providers and groups to the cluster, so that none waits for another", async () => {
		const { outlivedBy } = await deployed();
		const order = [
			["aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", "pool-providers"],
			[PROVIDER, "pool-spot"],
			[GROUP, "pool-spot-hosts"],
			[TEMPLATE, "pool-host"],
			["aws:ecs/cluster:Cluster", "pool-cluster"],
		] as const;
		order.forEach(([type, name], i) => {
			const later = order.slice(i + 1).map((each) => each.join("::"));
			expect([...outlivedBy(type, name)], name).to.include.members(later);
			for (const earlier of order.slice(0, i)) expect([...outlivedBy(type, name)]).to.not.include(earlier.join("::"));
		});
		const tie = outlivedBy("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", "pool-providers");
		expect([...tie]).to.include.members([`${PROVIDER}::pool-on-demand`, `${GROUP}::pool-on-demand-hosts`]);
	});
});

describe("components/parts/host-template", () => {
	const templateOf = async (model?: EcsModel) => (await deployed(model)).find(TEMPLATE, "pool-host").inputs;
	const userDataOf = ({ userData }: Record<string, unknown>) => Buffer.from(String(userData), "base64").toString();

	it("starts hosts from ECS's newest image with GPU drivers, on encrypted disks, without a public address", async () => {
		const { userData: _, ...inputs } = await templateOf();
		expect(inputs).to.deep.equal({
			imageId: "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id",
			iamInstanceProfile: { arn: "arn:pool-host-profile" },
			metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
			blockDeviceMappings: [
				{
					deviceName: "/dev/xvda",
					ebs: { volumeType: "gp3", volumeSize: 100, encrypted: "true", deleteOnTermination: "true" },
				},
			],
			networkInterfaces: [
				{
					deviceIndex: 0,
					associatePublicIpAddress: "false",
					deleteOnTermination: "true",
					securityGroups: ["network-tasks-id"],
				},
			],
			tagSpecifications: [
				{ resourceType: "volume", tags: TAGS },
				{ resourceType: "network-interface", tags: TAGS },
			],
			updateDefaultVersion: true,
			tags: TAGS,
		});
	});

	it("joins the cluster, drains on a spot notice, and keeps the host's credentials from containers", async () => {
		expect(userDataOf(await templateOf())).to.equal(
			[
				"#!/bin/bash",
				"cat >> /etc/ecs/ecs.config <<'CONFIG'",
				"ECS_CLUSTER=pool-cluster",
				"ECS_ENABLE_SPOT_INSTANCE_DRAINING=true",
				"ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true",
				"ECS_AWSVPC_BLOCK_IMDS=true",
				"ECS_ENABLE_GPU_SUPPORT=true",
				"CONFIG",
				"",
			].join("\n"),
		);
	});

	it("takes the image of the processor where there is no GPU", async () => {
		const on = (...instanceTypes: string[]) => templateOf(ecsModelWith({}, { gpuCount: 0, instanceTypes }));
		const [x86, arm] = [await on("m6i.large", "m5.large"), await on("m6g.large", "m7g.large")];
		const image = (kind: string) =>
			`resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/${kind}recommended/image_id`;
		expect([x86.imageId, arm.imageId]).to.deep.equal([image(""), image("arm64/")]);
		expect(userDataOf(x86)).to.not.include("GPU");
	});

	it("lets the agent do its work on this cluster, and nothing with images or logs", async () => {
		const { find } = await deployed();
		const arn = "arn:aws:ecs:us-east-1:123456789012";
		expect(grantsIn(find("aws:iam/rolePolicy:RolePolicy", "pool-host-policy"))).to.deep.equal([
			[["ecs:DiscoverPollEndpoint"], ["*"]],
			[
				[
					"ecs:RegisterContainerInstance",
					"ecs:DeregisterContainerInstance",
					"ecs:SubmitTaskStateChange",
					"ecs:SubmitContainerStateChange",
					"ecs:SubmitAttachmentStateChanges",
				],
				[`${arn}:cluster/pool-cluster`],
			],
			[
				["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState", "ecs:TagResource"],
				[`${arn}:container-instance/pool-cluster/*`],
			],
		]);
	});
});
