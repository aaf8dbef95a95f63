import { expect } from "chai";
import { spotWorkerOn } from "../../../policies/graph/spot-workers.ts";
import { type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { allowing, role } from "../../support/policies-grants.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

type Props = Record<string, unknown>;
const RUNS = ["raw", "applied", "preview"] as const;
/** What is told at preview, where a policy's text is not known: that it may be. */
const OPEN = "unknown policy of may";

describe("policies/graph/spot-workers", () => {
	const jobs = resource("aws:sqs/queue:Queue", "jobs");
	const runner = role();
	const task = (props: Props = { taskRoleArn: ref(runner, "arn") }) =>
		resource("aws:ecs/taskDefinition:TaskDefinition", "task", props);
	const service = (
		props: Props = { capacityProviderStrategies: [{ capacityProvider: "FARGATE_SPOT" }] },
		name = "worker",
	) => resource("aws:ecs/service:Service", name, { taskDefinition: ref(task(), "arn"), ...props });
	const receive = (Resource: unknown = ref(jobs, "arn"), name = "may") =>
		allowing(runner, "sqs:ReceiveMessage", Resource, {}, name);
	/** The spot worker on the queue "jobs". */
	const workerOn = (specs: readonly ResourceSpec[], run: Run = "raw", asked = "jobs") => {
		const stack = graphOf(specs.some(({ name }) => name === "jobs") ? specs : [jobs, ...specs], run);
		const fact = spotWorkerOn(stack, nodeOf(stack, asked));
		return fact.state === "known" ? fact.value.name : fact.state === "unknown" ? `unknown ${fact.property}` : "none";
	};

	describe("of services", () => {
		const granted = [task(), runner, receive()];
		const by = (...capacityProviderStrategies: Props[]) =>
			workerOn([service({ capacityProviderStrategies }), ...granted]);
		const spot = { capacityProvider: "FARGATE_SPOT" };
		const steady = { capacityProvider: "FARGATE", weight: 1 };

		it("are those on Fargate's spot capacity, by a strategy that gets tasks", () => {
			for (const run of RUNS)
				expect(workerOn([service(), ...granted], run), run).to.equal(run === "preview" ? OPEN : "worker");
			expect(by(spot)).to.equal("worker");
			expect(by(steady, { ...spot, weight: 1 })).to.equal("worker");
			expect(by(steady, { ...spot, base: 1 })).to.equal("worker");
			expect(by(steady, { ...spot, weight: UNKNOWN })).to.equal("worker");
			expect(by(steady, { ...spot, base: UNKNOWN })).to.equal("worker");
			expect(by(steady, spot)).to.equal("none");
			expect(by(steady, { ...spot, weight: 0, base: 0 })).to.equal("none");
			expect(by(steady)).to.equal("none");
			expect(workerOn([service({ launchType: "FARGATE" }), ...granted])).to.equal("none");
		});

		const template = resource("aws:ec2/launchTemplate:LaunchTemplate", "template", {
			instanceMarketOptions: { marketType: "spot" },
		});
		const plain = resource("aws:ec2/launchTemplate:LaunchTemplate", "plain");
		const group = (launch = template) =>
			resource("aws:autoscaling/group:Group", "group", { launchTemplate: { id: ref(launch, "id") } });
		const provider = (props: Props = {}) =>
			resource("aws:ecs/capacityProvider:CapacityProvider", "spare", {
				autoScalingGroupProvider: { autoScalingGroupArn: ref(group(), "arn") },
				...props,
			});

		it("are those on a capacity provider whose group runs on spot", () => {
			const through = (strategies: unknown, launch = template, run: Run = "raw", props: Props = {}) =>
				workerOn(
					[service({ capacityProviderStrategies: strategies }), provider(props), group(launch), launch, ...granted],
					run,
				);
			for (const run of RUNS) {
				expect(through([{ capacityProvider: ref(provider(), "name") }], template, run), run).to.equal(
					run === "preview" ? OPEN : "worker",
				);
				expect(through([{ capacityProvider: ref(provider(), "name") }], plain, run), run).to.equal("none");
			}
			expect(through([{ capacityProvider: "spare-live" }], template, "raw", { name: "spare-live" })).to.equal("worker");
			expect(through([{ capacityProvider: "elsewhere" }])).to.equal("none");
			expect(through(ref(provider(), "name"), template, "preview"), "strategies that are open").to.equal(OPEN);
			const named = [{ capacityProvider: "FARGATE", note: ref(provider(), "name") }];
			expect(through(named), "a name that is none of the stack's").to.equal("worker");
			const both = [{ capacityProvider: "spare-live" }, { capacityProvider: "spare-live", weight: 1 }];
			expect(through(both, template, "raw", { name: "spare-live" })).to.equal("worker");
			const other = resource("aws:ecs/capacityProvider:CapacityProvider", "other", { name: "other-live" });
			const strategies = [{ capacityProvider: "other-live", note: ref(provider(), "name") }];
			expect(
				workerOn([
					service({ capacityProviderStrategies: strategies }),
					other,
					provider(),
					group(),
					template,
					...granted,
				]),
				"all are named",
			).to.equal("none");
		});

		it("are those on their cluster's spot capacity, unless they state a launch type", () => {
			const cluster = resource("aws:ecs/cluster:Cluster", "cluster");
			const providers = (props: Props, name = "providers") =>
				resource("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", name, {
					clusterName: ref(cluster, "name"),
					...props,
				});
			const onSpot = { defaultCapacityProviderStrategies: [spot] };
			const inCluster = (props: Props, ...more: ResourceSpec[]) =>
				workerOn([service({ cluster: ref(cluster, "arn"), ...props }), cluster, ...more, ...granted]);
			expect(inCluster({}, providers(onSpot))).to.equal("worker");
			expect(inCluster({ capacityProviderStrategies: [] }, providers(onSpot))).to.equal("worker");
			expect(inCluster({ launchType: "FARGATE" }, providers(onSpot))).to.equal("none");
			expect(inCluster({ capacityProviderStrategies: [steady] }, providers(onSpot))).to.equal("none");
			expect(inCluster({ capacityProviderStrategies: UNKNOWN }, providers(onSpot))).to.equal("none");
			expect(inCluster({}, providers({}))).to.equal("none");
			expect(
				inCluster({}, providers({ defaultCapacityProviderStrategies: [steady] }), providers(onSpot, "second")),
			).to.equal("worker");
			expect(inCluster({})).to.equal("none");
			expect(workerOn([service({}), cluster, providers(onSpot), ...granted]), "in no cluster of the stack").to.equal(
				"none",
			);
		});
	});

	describe("of groups of instances", () => {
		const profile = (props: Props = { role: ref(runner, "name") }) =>
			resource("aws:iam/instanceProfile:InstanceProfile", "profile", props);
		const group = (launch: ResourceSpec, props: Props = { launchTemplate: { id: ref(launch, "id") } }) =>
			resource("aws:autoscaling/group:Group", "group", props);
		const template = (props: Props) =>
			resource("aws:ec2/launchTemplate:LaunchTemplate", "template", {
				instanceMarketOptions: { marketType: "spot" },
				...props,
			});
		const through = (launch: ResourceSpec, props?: Props, run: Run = "raw") =>
			workerOn([group(launch, props), launch, profile(), runner, receive()], run);

		it("have the role of their instances' profile, however it is named", () => {
			for (const run of RUNS)
				for (const iamInstanceProfile of [{ arn: ref(profile(), "arn") }, { name: ref(profile(), "name") }])
					expect(through(template({ iamInstanceProfile }), undefined, run), run).to.equal(
						run === "preview" ? OPEN : "group",
					);
			const configuration = resource("aws:ec2/launchConfiguration:LaunchConfiguration", "configuration", {
				spotPrice: "0.1",
				iamInstanceProfile: ref(profile(), "name"),
			});
			expect(through(configuration, { launchConfiguration: ref(configuration, "name") })).to.equal("group");
			const literal = (iamInstanceProfile: Props) =>
				workerOn([
					group(template({ iamInstanceProfile })),
					template({ iamInstanceProfile }),
					profile({ role: ref(runner, "name"), name: "live", arn: "arn:aws:iam::1:instance-profile/live" }),
					runner,
					receive(),
				]);
			expect(literal({ name: "live" })).to.equal("group");
			expect(literal({ arn: "arn:aws:iam::1:instance-profile/live" })).to.equal("group");
			expect(literal({ name: "elsewhere" })).to.equal("none");
		});

		it("are none without spot, without a profile or without a template", () => {
			const iamInstanceProfile = { name: ref(profile(), "name") };
			expect(through(template({ iamInstanceProfile, instanceMarketOptions: {} }))).to.equal("none");
			expect(through(template({}))).to.equal("none");
			const mixed = { mixedInstancesPolicy: { instancesDistribution: { onDemandPercentageAboveBaseCapacity: 0 } } };
			expect(through(template({ iamInstanceProfile }), mixed)).to.equal("none");
		});
	});
});
