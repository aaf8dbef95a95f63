import { expect } from "chai";
import { BACKEND_TYPES, fixedCapacityOf } from "../../../policies/graph/backends.ts";
import { json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

describe("policies/graph/backends", () => {
	/** Why the first resource's capacity is fixed. */
	const why = (specs: readonly ResourceSpec[], run: Run = "raw") => {
		const stack = graphOf(specs, run);
		const fact = fixedCapacityOf(stack, nodeOf(stack, specs[0]?.name ?? ""));
		return fact.state === "known" ? fact.value : fact.state === "unknown" ? `unknown ${fact.property}` : "elastic";
	};

	it("knows what has a fixed size whatever it is set to, and what is no backend", () => {
		const fixed = BACKEND_TYPES.filter((type) => why([resource(type, "it")]) === "has a fixed size");
		expect(fixed).to.deep.equal([
			"aws:elasticache/cluster:Cluster",
			"aws:elasticache/replicationGroup:ReplicationGroup",
			"aws:memorydb/cluster:Cluster",
			"aws:opensearch/domain:Domain",
			"aws:elasticsearch/domain:Domain",
			"aws:docdb/cluster:Cluster",
			"aws:neptune/cluster:Cluster",
			"aws:redshift/cluster:Cluster",
			"aws:rds/instance:Instance",
			"aws:rds/proxy:Proxy",
		]);
		for (const type of ["aws:lambda/function:Function", "aws:dynamodb/table:Table"])
			expect(why([resource(type, "it")])).to.equal("elastic");
	});

	describe("Aurora", () => {
		const cluster = (props: Record<string, unknown> = {}) => resource("aws:rds/cluster:Cluster", "db", props);
		const member = (instanceClass: unknown, name = "member") =>
			resource("aws:rds/clusterInstance:ClusterInstance", name, {
				clusterIdentifier: ref(cluster(), "id"),
				instanceClass,
			});
		const v2 = { serverlessv2ScalingConfiguration: { minCapacity: 1, maxCapacity: 4 } };

		it("follows the load where it is serverless of either generation", () => {
			expect(why([cluster({ engineMode: "serverless" })])).to.equal("elastic");
			expect(why([cluster({ engineMode: "serverless" }), member("db.r6g.large")])).to.equal("elastic");
			expect(why([cluster(v2)])).to.equal("elastic");
			expect(why([cluster(v2), member("db.serverless")])).to.equal("elastic");
			expect(why([cluster(), member("db.serverless")])).to.equal("elastic");
		});

		it("does not where any of its instances is provisioned, or none is in sight", () => {
			for (const specs of [
				[cluster()],
				[cluster({ engineMode: "provisioned" })],
				[cluster(v2), member("db.serverless"), member("db.r6g.large", "second")],
				[cluster(v2), member("db.r6g.large")],
			])
				expect(why(specs)).to.equal("runs on provisioned instances");
			expect(why([cluster({ serverlessv2ScalingConfiguration: UNKNOWN })])).to.equal(
				"unknown serverlessv2ScalingConfiguration",
			);
		});

		it("is judged by each instance, too", () => {
			expect(why([member("db.serverless")])).to.equal("elastic");
			expect(why([member("db.r6g.large")])).to.equal("runs on a provisioned instance");
			expect(why([member(UNKNOWN)])).to.equal("unknown instanceClass");
		});
	});

	describe("a SageMaker endpoint", () => {
		const endpoint = (endpointConfigName: unknown) =>
			resource("aws:sagemaker/endpoint:Endpoint", "model", { endpointConfigName });
		const config = (props: Record<string, unknown>) =>
			resource("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "config", props);
		const whyWith = (props: Record<string, unknown>, run?: Run) =>
			why([endpoint(ref(config({}), "name")), config(props)], run);
		const instances = { initialInstanceCount: 1 };
		const serverless = { serverlessConfig: { maxConcurrency: 5 } };

		it("follows the load where all its variants are serverless, or calls of it do not wait", () => {
			expect(whyWith({ productionVariants: [serverless, serverless] })).to.equal("elastic");
			expect(whyWith({ productionVariants: [instances], asyncInferenceConfig: { outputConfig: {} } })).to.equal(
				"elastic",
			);
		});

		it("does not where any is on instances", () => {
			expect(whyWith({ productionVariants: [instances, serverless] })).to.equal("runs on instances");
			expect(whyWith({ productionVariants: UNKNOWN })).to.equal("unknown productionVariants");
		});

		it("is taken for one on instances where its configuration is elsewhere, and not told where it is open", () => {
			expect(why([endpoint("elsewhere")])).to.equal("runs on instances, as far as the stack tells");
			expect(why([endpoint(UNKNOWN)])).to.equal("unknown endpointConfigName");
			const queue = resource("aws:sqs/queue:Queue", "queue");
			expect(why([endpoint(ref(queue, "name")), queue], "preview")).to.equal("unknown endpointConfigName");
		});
	});

	describe("an ECS service", () => {
		const EC2 = "runs on EC2 capacity";
		const service = (props: Record<string, unknown>) => resource("aws:ecs/service:Service", "server", props);
		const by = (...names: unknown[]) =>
			service({ capacityProviderStrategies: names.map((capacityProvider) => ({ capacityProvider, weight: 1 })) });

		it("follows the load on Fargate alone", () => {
			expect(why([service({ launchType: "FARGATE" })])).to.equal("elastic");
			expect(why([service({ launchType: "EXTERNAL" })])).to.equal("elastic");
			expect(why([service({ launchType: "EC2" })])).to.equal(EC2);
			expect(why([service({})])).to.equal(EC2);
			expect(why([service({ launchType: UNKNOWN })])).to.equal("unknown launchType");
		});

		it("goes by its capacity providers before its launch type", () => {
			expect(why([by("FARGATE")])).to.equal("elastic");
			expect(why([by("FARGATE", "FARGATE_SPOT")])).to.equal("elastic");
			expect(why([by("FARGATE", "gpus")])).to.equal(EC2);
			expect(why([by(UNKNOWN)])).to.equal(EC2);
			expect(why([service({ capacityProviderStrategies: [], launchType: "FARGATE" })])).to.equal("elastic");
			expect(why([service({ capacityProviderStrategies: UNKNOWN })])).to.equal("unknown capacityProviderStrategies");
		});

		it("runs on EC2 where open strategies depend on a capacity provider, and on nothing that tells else", () => {
			const strategies = (on: ResourceSpec) =>
				service({ capacityProviderStrategies: { $concat: [ref(on, "name")] }, launchType: "FARGATE" });
			const provider = resource("aws:ecs/capacityProvider:CapacityProvider", "gpus");
			const queue = resource("aws:sqs/queue:Queue", "queue");
			expect(why([strategies(provider), provider], "preview")).to.equal(EC2);
			expect(why([strategies(queue), queue], "preview")).to.equal("unknown capacityProviderStrategies");
		});

		it("runs on GPUs where a container asks for one, whatever else it says", () => {
			const asking = (containerDefinitions: unknown) => {
				const task = resource("aws:ecs/taskDefinition:TaskDefinition", "task", { containerDefinitions });
				return why([service({ launchType: "FARGATE", taskDefinition: ref(task, "arn") }), task]);
			};
			const gpu = [{ name: "a" }, { name: "b", resourceRequirements: [{ value: "1", type: "GPU" }] }];
			expect(asking(json(gpu))).to.equal("runs on GPUs");
			expect(asking(JSON.stringify(gpu, null, 2))).to.equal("runs on GPUs");
			expect(asking('[{"resourceRequirements" : [ {"type":"gpu","value":"1"}]}]')).to.equal("runs on GPUs");
			expect(asking(json([{ resourceRequirements: [], environment: [{ name: "GPU" }] }]))).to.equal("elastic");
			expect(asking(json([{ resourceRequirements: [{ type: "InferenceAccelerator" }] }]))).to.equal("elastic");
			expect(asking(undefined)).to.equal("elastic");
		});
	});
});
