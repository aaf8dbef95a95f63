import { expect } from "chai";
import { messageOf } from "../../../policies/message.ts";
import { monthlyCostCap as rule } from "../../../policies/rules/monthly-cost-cap.ts";
import {
	answers,
	concat,
	expectAccepts,
	expectFails,
	firstFault,
	json,
	judge,
	open,
	type ResourceSpec,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

type Props = Record<string, unknown>;

const tags = { model: "digit-reader" };
const config = (monthlyCostUsd: number, change: Props = {}) => ({
	models: [{ name: "digit-reader", serve: "queued", slo: { p95Ms: 500, monthlyCostUsd }, ...change }],
});
const traffic = (rps: number, change: Props = {}) => ({ serve: "realtime", traffic: { rps }, ...change });

/** Expects that a stack costs this much: a cap just above accepts it, one just below does not. */
function expectCosts(specs: readonly ResourceSpec[], usd: number, largest: string, change: Props = {}): void {
	expectAccepts(rule, specs, config(usd * 1.001, change));
	expectFails(rule, specs, [largest], config(usd * 0.999, change));
}

const template = (props: Props = { instanceType: "g5.xlarge" }) =>
	resource("aws:ec2/launchTemplate:LaunchTemplate", "gpu-template", props);
const group = (minSize: unknown, props: Props = {}) =>
	resource("aws:autoscaling/group:Group", "gpu", {
		minSize,
		maxSize: 4,
		launchTemplate: { id: ref(template(), "id") },
		tags: [{ key: "model", value: "digit-reader", propagateAtLaunch: true }],
		...props,
	});
const task = (props: Props = {}) =>
	resource("aws:ecs/taskDefinition:TaskDefinition", "task", { cpu: "1024", memory: "2048", ...props });
const service = (props: Props = {}) =>
	resource("aws:ecs/service:Service", "worker", {
		launchType: "FARGATE",
		desiredCount: 2,
		taskDefinition: ref(task(), "arn"),
		tags,
		...props,
	});
const endpointConfig = (variant: Props) =>
	resource("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "config", {
		productionVariants: [{ variantName: "all", modelName: "m", ...variant }],
	});
const endpoint = (props: Props = { tags }) =>
	resource("aws:sagemaker/endpoint:Endpoint", "endpoint", {
		endpointConfigName: ref(endpointConfig({}), "name"),
		...props,
	});
const fn = (props: Props = {}) =>
	resource("aws:lambda/function:Function", "predict", { memorySize: 1024, timeout: 1, tags, ...props });

describe("policies/rules/monthly-cost-cap", () => {
	it("has nothing to say where no model has a cap", () => {
		expect(answers(rule, [group(9)])).to.deep.equal([]);
		expect(answers(rule, [group(9)], { config: { models: [{ name: "digit-reader" }] } })).to.deep.equal([]);
	});

	it("rejects what is over the cap, with the sum, its terms and the prices", () => {
		const specs = [template(), group(2), task(), service()];
		expectFails(rule, specs, ["gpu"], config(900));
		expect(firstFault(rule, specs, { config: config(900) })).to.deep.equal({
			what: 'is the largest part of the $1,541 a month that model "digit-reader" costs at list price, over its cap of $900: Group "gpu" $1,469 (2 × g5.xlarge at $1.006/h) + Service "worker" $72 (2 tasks of 1 vCPU and 2 GB)',
			fix: "Lower the minimum or the size of the largest part, or raise slo.monthlyCostUsd to what the model is worth.",
		});
	});

	it("names the five largest parts and counts the rest", () => {
		const hosts = [1, 2, 3, 4, 5, 6, 7].map((i) =>
			resource("aws:ec2/instance:Instance", `box-${i}`, { tags, instanceType: i === 4 ? "g5.xlarge" : "m5.large" }),
		);
		const small = (i: number) => `Instance "box-${i}" $70 (1 × m5.large at $0.096/h)`;
		const parts = ['Instance "box-4" $734 (1 × g5.xlarge at $1.006/h)', ...[1, 2, 3, 5].map(small)];
		const said = (specs: readonly ResourceSpec[]) => firstFault(rule, specs, { config: config(1) })?.what;
		expect(said(hosts)).to.include(`: ${[...parts, "2 smaller"].join(" + ")}`);
		expect(said(hosts.slice(0, 5))?.endsWith(`: ${parts.join(" + ")}`)).to.equal(true);
	});

	it("accepts exactly the cap, and a sum over it whatever else has no price", () => {
		const odd = resource("aws:ec2/instance:Instance", "odd", { tags, instanceType: "u7i-6tb.112xlarge" });
		const alarm = resource("aws:cloudwatch/metricAlarm:MetricAlarm", "late", { tags });
		expectAccepts(rule, [alarm], config(0.1));
		expectFails(rule, [alarm], ["late"], config(0.09));
		expect(answers(rule, [odd], { config: { models: [{ name: "digit-reader" }] } })).to.deep.equal([]);
	});

	it("asks who pays only where a model has a cap, and knows a model without an SLO by none", () => {
		const open = fn({ tags: UNKNOWN });
		const two = { models: [...config(900).models, { name: "other" }] };
		expect(answers(rule, [open], { config: { models: [{ name: "other" }] } })).to.deep.equal([]);
		expect(answers(rule, [open], { config: two })).to.deep.equal(["cannot tell predict", "pass stack"]);
		const [verdict] = judge(rule, [template({ instanceType: UNKNOWN }), group(1)], { config: config(900) });
		expect(verdict?.answer === "cannot tell" && [verdict.property, verdict.reason]).to.deep.equal([
			"instanceType",
			undefined,
		]);
	});

	it("sums a model's own resources alone", () => {
		const other = [{ key: "model", value: "other" }];
		expectAccepts(rule, [template(), group(2, { tags: other })], config(1));
		expectAccepts(rule, [template(), group(2, { tags: [] })], config(1));
	});

	it("prices groups at their minimum, by the cheapest of their types", () => {
		expectCosts([template(), group(1)], 734.38, "gpu");
		expectCosts([template(), group("2")], 1468.76, "gpu");
		expectAccepts(rule, [template(), group(0)], config(1));
		const mixed = {
			launchTemplate: undefined,
			mixedInstancesPolicy: {
				launchTemplate: { overrides: [{ instanceType: "g5.xlarge" }, { instanceType: "g4dn.xlarge" }] },
			},
		};
		expectCosts([group(1, mixed)], 383.98, "gpu");
	});

	it("prices Fargate by vCPU, memory, processor and the minimum of its scaling", () => {
		expectCosts([task(), service()], 72.08, "worker");
		const arm = task({ runtimePlatform: { cpuArchitecture: "ARM64" } });
		expectCosts([arm, service({ desiredCount: 1 })], 28.83, "worker");
		const scaling = resource("aws:appautoscaling/target:Target", "scaling", {
			resourceId: concat("service/work/", ref(service(), "name")),
			scalableDimension: "ecs:service:DesiredCount",
			minCapacity: 4,
			maxCapacity: 9,
		});
		expectCosts([task(), service(), scaling], 144.16, "worker");
		expectAccepts(rule, [task(), service({ launchType: "EC2" })], config(1));
		const strategy = { launchType: undefined, capacityProviderStrategies: [{ capacityProvider: "FARGATE_SPOT" }] };
		expectCosts([task(), service(strategy)], 72.08, "worker");
		expectCosts([task({ tags }), service({ tags: undefined })], 72.08, "worker");
	});

	it("prices SageMaker's instances, tagged on the endpoint or on its configuration", () => {
		const gpu = { instanceType: "ml.g5.xlarge", initialInstanceCount: 2 };
		expectCosts([endpointConfig(gpu), endpoint()], 2055.68, "endpoint");
		const tagged = { ...endpointConfig(gpu), props: { ...endpointConfig(gpu).props, tags } };
		expectCosts([tagged, endpoint({})], 2055.68, "endpoint");
		expectCosts([endpointConfig({ instanceType: "ml.m5.xlarge" }), endpoint()], 167.9, "endpoint");
		const serverless = { serverlessConfig: { memorySizeInMb: 2048, maxConcurrency: 5 } };
		expectCosts([endpointConfig(serverless), endpoint()], 525.6, "endpoint", traffic(10));
	});

	it("prices functions by declared traffic, for the p95 and no longer than the timeout", () => {
		expectCosts([fn()], 224.26, "predict", traffic(10));
		expectCosts([fn({ architectures: ["arm64"] })], 180.46, "predict", traffic(10));
		const slow = (monthlyCostUsd: number) => config(0, traffic(10, { slo: { p95Ms: 5000, monthlyCostUsd } }));
		expectAccepts(rule, [fn()], slow(444));
		expectFails(rule, [fn()], ["predict"], slow(443));
	});

	it("counts no traffic for batch models and for what a clock alone starts", () => {
		expectAccepts(rule, [fn()], config(0.01, traffic(10, { serve: "batch" })));
		const schedule = resource("aws:scheduler/schedule:Schedule", "nightly", {
			scheduleExpression: "rate(1 day)",
			target: { arn: ref(fn(), "arn") },
		});
		expectAccepts(rule, [fn(), schedule], config(0.01, traffic(10)));
	});

	it("prices concurrency that is kept warm", () => {
		const alias = resource("aws:lambda/alias:Alias", "live", { name: "live", functionName: ref(fn(), "name") });
		const warm = resource("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig", "warm", {
			functionName: ref(alias, "functionName"),
			qualifier: ref(alias, "name"),
			provisionedConcurrentExecutions: 10,
		});
		expectCosts(
			[fn(), alias, { ...warm, props: { ...warm.props, functionName: ref(fn(), "name") } }],
			109.5,
			"predict",
		);
	});

	it("prices APIs, queues, workflows and tables by request", () => {
		const one = traffic(1);
		expectCosts([resource("aws:apigateway/restApi:RestApi", "api", { tags })], 9.198, "api", one);
		expectCosts([resource("aws:apigatewayv2/api:Api", "api", { tags })], 2.628, "api", one);
		expectCosts([resource("aws:sqs/queue:Queue", "jobs", { tags })], 3.1536, "jobs", one);
		const definition = json({ StartAt: "A", States: { A: { Type: "Pass", Next: "B" }, B: { Type: "Succeed" } } });
		expectCosts([resource("aws:sfn/stateMachine:StateMachine", "flow", { tags, definition })], 131.4, "flow", one);
		const onDemand = resource("aws:dynamodb/table:Table", "table", { tags, billingMode: "PAY_PER_REQUEST" });
		expectCosts([onDemand], 0.3285, "table", one);
		const provisioned = resource("aws:dynamodb/table:Table", "table", { tags, readCapacity: 100, writeCapacity: 100 });
		expectCosts([provisioned], 56.94, "table", one);
	});

	it("prices databases, caches, search and streams by the hour", () => {
		const database = (props: Props) =>
			resource("aws:rds/instance:Instance", "db", { tags, engine: "postgres", allocatedStorage: 100, ...props });
		expectCosts([database({ instanceClass: "db.t4g.medium" })], 58.585, "db");
		expectCosts([database({ instanceClass: "db.r6g.xlarge", multiAz: true })], 650.8, "db");
		const aurora = resource("aws:rds/clusterInstance:ClusterInstance", "writer", {
			tags,
			instanceClass: "db.r6g.large",
		});
		expectCosts([aurora], 189.8, "writer");
		const cache = { tags, nodeType: "cache.r6g.large", numNodeGroups: 2, replicasPerNodeGroup: 1 };
		expectCosts([resource("aws:elasticache/replicationGroup:ReplicationGroup", "cache", cache)], 601.52, "cache");
		const nodes = { tags, nodeType: "cache.t4g.small", numCacheNodes: 1 };
		expectCosts([resource("aws:elasticache/cluster:Cluster", "cache", nodes)], 23.725, "cache");
		const cluster = { instanceType: "r6g.large.search", instanceCount: 3 };
		expectCosts(
			[resource("aws:opensearch/domain:Domain", "search", { tags, clusterConfig: cluster })],
			365.73,
			"search",
		);
		expectCosts([resource("aws:kinesis/stream:Stream", "events", { tags, shardCount: 4 })], 43.8, "events");
		expectCosts([resource("aws:ec2/instance:Instance", "box", { tags, instanceType: "m7g.2xlarge" })], 238.272, "box");
	});

	it("cannot tell what has no price, and says so, unless the rest is over the cap already", () => {
		const odd = resource("aws:ec2/instance:Instance", "odd", { tags, instanceType: "u7i-6tb.112xlarge" });
		expect(open(rule, [odd], { config: config(900) })).to.deep.equal(["cannot tell odd"]);
		const [verdict] = judge(rule, [odd], { config: config(900) });
		expect(verdict?.answer === "cannot tell" && messageOf(rule, verdict)).to.equal(
			'[monthly-cost-cap] Cannot tell whether model "digit-reader" stays under its cap of $900 a month ($0 without this): "instance type" of Instance "odd" is u7i-6tb.112xlarge, for which charter/prices has no price. A cap that nobody sums up is noticed on the bill, a month after the capacity was asked for.',
		);
		expect(open(rule, [odd, template(), group(2)], { config: config(900) })).to.deep.equal(["fail gpu"]);
		const warehouse = resource("aws:redshift/cluster:Cluster", "warehouse", { tags });
		expect(open(rule, [warehouse], { config: config(900) })).to.deep.equal(["cannot tell warehouse"]);
		const oracle = resource("aws:rds/instance:Instance", "db", {
			tags,
			engine: "oracle-ee",
			instanceClass: "db.r5.large",
		});
		expect(open(rule, [oracle], { config: config(900) })).to.deep.equal(["cannot tell db"]);
	});

	it("cannot tell of tags, a size or a count that is not known before the update", () => {
		const atPreview = (...specs: ResourceSpec[]) => open(rule, specs, { run: "preview", config: config(900) });
		expect(atPreview(fn({ tags: UNKNOWN }))).to.deep.equal(["cannot tell predict"]);
		expect(atPreview(template({ instanceType: UNKNOWN }), group(1))).to.deep.equal(["cannot tell gpu"]);
		expect(atPreview(template(), group(UNKNOWN))).to.deep.equal(["cannot tell gpu"]);
	});

	it("honours an exception on the largest part", () => {
		const exceptions = [exceptionTo("monthly-cost-cap", "gpu")];
		expect(open(rule, [template(), group(2)], { config: { ...config(900), exceptions } })).to.deep.equal([]);
	});
});
