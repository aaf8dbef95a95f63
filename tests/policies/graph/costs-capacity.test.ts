import { expect } from "chai";
import { concat, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { costOf, expectCost, HOURS, REQUESTS } from "../../support/policies-costs.ts";

type Props = Record<string, unknown>;

const host = (props: Props) => resource("aws:ec2/instance:Instance", "host", props);
const group = (props: Props) => resource("aws:autoscaling/group:Group", "gpu", props);
const overrides = (...types: unknown[]) => ({
	mixedInstancesPolicy: { launchTemplate: { overrides: types.map((instanceType) => ({ instanceType })) } },
});
const task = (props: Props = {}) =>
	resource("aws:ecs/taskDefinition:TaskDefinition", "task", { cpu: "512", memory: "2048", ...props });
const service = (props: Props = {}) =>
	resource("aws:ecs/service:Service", "worker", {
		launchType: "FARGATE",
		desiredCount: 3,
		taskDefinition: ref(task(), "arn"),
		...props,
	});
const variant = (props: Props = {}) => ({
	variantName: "all",
	instanceType: "ml.m5.large",
	initialInstanceCount: 2,
	...props,
});
const configuration = (productionVariants: unknown) =>
	resource("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "config", { productionVariants });
const endpoint = (props: Props = {}) =>
	resource("aws:sagemaker/endpoint:Endpoint", "endpoint", {
		endpointConfigName: ref(configuration([]), "name"),
		...props,
	});
const absent = { state: "absent" };
const unknownAt = (property: string) => ({ state: "unknown", property });

describe("policies/graph/costs-capacity", () => {
	it("prices a machine by its type, and says what has no price or no type", () => {
		expectCost([host({ instanceType: "g5.xlarge" })], 1.006 * HOURS, "1 × g5.xlarge at $1.006/h");
		expect(costOf([host({ instanceType: UNKNOWN })])).to.deep.equal(unknownAt("instanceType"));
		expect(costOf([host({ instanceType: "zz9.large" })])).to.deep.equal({
			state: "unpriced",
			property: "instance type",
			what: "zz9.large",
		});
		expect(costOf([host({})])).to.deep.equal({
			state: "unpriced",
			property: "instance type",
			what: "a type that is not stated",
		});
	});

	it("prices a group at its minimum by the cheapest of its types, one without a price last", () => {
		const words = "2 × g4dn.xlarge at $0.526/h";
		expectCost([group({ minSize: 2, ...overrides("g5.xlarge", "g4dn.xlarge") })], 2 * 0.526 * HOURS, words);
		expectCost([group({ minSize: 2, ...overrides("zz9.large", "g4dn.xlarge") })], 2 * 0.526 * HOURS, words);
		expect(costOf([group({ minSize: 0, ...overrides("g5.xlarge") })])).to.deep.equal(absent);
		expect(costOf([group({ minSize: -1, ...overrides("g5.xlarge") })])).to.deep.equal(absent);
		expect(costOf([group(overrides("g5.xlarge"))])).to.deep.equal(absent);
		expect(costOf([group({ minSize: 0, ...overrides(UNKNOWN) })])).to.deep.equal(absent);
		expect(costOf([group({ minSize: 1, ...overrides(UNKNOWN) })])).to.deep.equal(
			unknownAt("mixedInstancesPolicy.launchTemplate.overrides[0].instanceType"),
		);
		expect(costOf([group({ minSize: UNKNOWN, ...overrides("g5.xlarge") })])).to.deep.equal(unknownAt("minSize"));
		expect(costOf([group({ minSize: 1 })])).to.include({ state: "unpriced", what: "a type that is not stated" });
	});

	it("cannot tell Fargate from a team's own machines while the providers are not known yet", () => {
		const open = service({ launchType: undefined, capacityProviderStrategies: UNKNOWN });
		expect(costOf([open, task()])).to.deep.equal(unknownAt("capacityProviderStrategies"));
		const named = { capacityProviderStrategies: [{ capacityProvider: "gpu-hosts" }], launchType: UNKNOWN };
		expect(costOf([service(named), task()])).to.deep.equal(absent);
		const own = resource("aws:ecs/capacityProvider:CapacityProvider", "hosts");
		const byOwn = service({ launchType: undefined, capacityProviderStrategies: ref(own, "name") });
		expect(costOf([byOwn, own, task()], {}, "preview")).to.deep.equal(absent);
	});

	it("prices Fargate's tasks, on both processors, by launch type or by provider", () => {
		const words = "3 tasks of 0.5 vCPU and 2 GB";
		const x86 = 3 * (0.5 * 0.04048 + 2 * 0.004445) * HOURS;
		expectCost([service(), task()], x86, words);
		const arm = task({ runtimePlatform: { cpuArchitecture: "ARM64" } });
		expectCost([service(), arm], 3 * (0.5 * 0.03238 + 2 * 0.00356) * HOURS, words);
		const by = (capacityProvider: string) => ({
			launchType: undefined,
			capacityProviderStrategies: [{ capacityProvider }],
		});
		expectCost([service(by("FARGATE_SPOT")), task()], x86, words);
		expect(costOf([service(by("gpu-hosts")), task()])).to.deep.equal(absent);
		expect(costOf([service({ ...by("gpu-hosts"), launchType: "FARGATE" }), task()])).to.deep.equal(absent);
	});

	it("counts no tasks on a team's own machines, nor where none runs at the least", () => {
		expect(costOf([service({ launchType: "EC2" }), task()])).to.deep.equal(absent);
		expect(costOf([service({ desiredCount: 0 }), task()])).to.deep.equal(absent);
		expect(costOf([service({ desiredCount: -1 }), task()])).to.deep.equal(absent);
		expect(costOf([service({ launchType: UNKNOWN }), task()])).to.deep.equal(unknownAt("launchType"));
		expect(costOf([service({ desiredCount: UNKNOWN }), task()])).to.deep.equal(unknownAt("desiredCount"));
		expect(costOf([service(), task({ cpu: UNKNOWN })])).to.deep.equal(unknownAt("cpu"));
		expect(costOf([service(), task({ memory: UNKNOWN })])).to.deep.equal(unknownAt("memory"));
		expect(costOf([service({ taskDefinition: "elsewhere:3" })])).to.deep.equal({
			state: "unpriced",
			property: "taskDefinition",
			what: "a task of another stack",
		});
	});

	it("sums an endpoint's variants, at the least of their scaling", () => {
		const large = (count: number) => count * 0.115 * HOURS;
		expectCost([endpoint(), configuration([variant()])], large(2), "2 × ml.m5.large at $0.115/h");
		const second = variant({ variantName: "next", initialInstanceCount: undefined });
		expectCost(
			[endpoint(), configuration([variant(), variant({ initialInstanceCount: 0 }), second])],
			large(3),
			"2 × ml.m5.large at $0.115/h + 1 × ml.m5.large at $0.115/h",
		);
		const scaling = (name: string, minCapacity: number) =>
			resource("aws:appautoscaling/target:Target", `scaling-${name}`, {
				resourceId: concat("endpoint/", ref(endpoint(), "name"), `/variant/${name}`),
				scalableDimension: "sagemaker:variant:DesiredInstanceCount",
				minCapacity,
			});
		const scaled = [scaling("all", 5), scaling("next", 4)];
		expectCost(
			[endpoint(), configuration([variant(), second]), ...scaled],
			large(9),
			"5 × ml.m5.large at $0.115/h + 4 × ml.m5.large at $0.115/h",
		);
	});

	it("says which variant, or which configuration, it cannot price", () => {
		expect(costOf([endpoint(), configuration(UNKNOWN)])).to.deep.equal(unknownAt("productionVariants"));
		expect(costOf([endpoint(), configuration([variant({ instanceType: "ml.zz9.large" })])])).to.include({
			state: "unpriced",
			what: "ml.zz9.large",
		});
		expect(costOf([endpoint({ endpointConfigName: "elsewhere" })])).to.deep.equal({
			state: "unpriced",
			property: "endpointConfigName",
			what: "a configuration of another stack",
		});
	});

	it("prices a serverless variant by the model's traffic", () => {
		const serverless = (memorySizeInMb: unknown) => [
			endpoint(),
			configuration([{ variantName: "all", serverlessConfig: { memorySizeInMb, maxConcurrency: 5 } }]),
		];
		expectCost(serverless(3072), REQUESTS * 0.5 * 3 * 0.00002, "10 requests/s of 0.5 s at 3 GB");
		expectCost(serverless(3072), 0, "10 requests/s of 0 s at 3 GB", { slo: undefined });
		expect(costOf(serverless(UNKNOWN))).to.deep.equal(
			unknownAt("productionVariants[0].serverlessConfig.memorySizeInMb"),
		);
	});

	it("prices a stream by its shards, and not one without a number of them", () => {
		const stream = (props: Props) => [resource("aws:kinesis/stream:Stream", "events", props)];
		expectCost(stream({ shardCount: 4 }), 4 * 0.015 * HOURS, "4 shard(s)");
		expectCost(stream({}), 0.015 * HOURS, "1 shard(s)");
		expect(costOf(stream({ shardCount: UNKNOWN }))).to.deep.equal(unknownAt("shardCount"));
		expect(costOf(stream({ streamModeDetails: { streamMode: "ON_DEMAND" } }))).to.deep.equal({
			state: "unpriced",
			property: "streamMode",
			what: "ON_DEMAND",
		});
	});
});
