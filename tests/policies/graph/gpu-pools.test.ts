import { expect } from "chai";
import { gpuPoolsOf } from "../../../policies/graph/gpu-pools.ts";
import { concat, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf } from "../../support/policies-graph.ts";

type Props = Record<string, unknown>;

const template = resource("aws:ec2/launchTemplate:LaunchTemplate", "template", { instanceType: "g5.xlarge" });
const group = (name: string) =>
	resource("aws:autoscaling/group:Group", name, { launchTemplate: { id: ref(template, "id") } });
const provider = (name: string, props: Props = {}) =>
	resource("aws:ecs/capacityProvider:CapacityProvider", name, {
		autoScalingGroupProvider: { autoScalingGroupArn: ref(group(`${name}-group`), "arn") },
		...props,
	});
const steady = provider("steady");
const spare = provider("spare");
const both = [template, group("steady-group"), group("spare-group"), steady, spare];
const service = (capacityProviderStrategies: unknown) =>
	resource("aws:ecs/service:Service", "worker", { capacityProviderStrategies });
const share = (of: ResourceSpec, given: Props = {}) => ({ capacityProvider: ref(of, "name"), ...given });

/** Every pool in words: who holds it, and each group with its base and whether it is used. */
const pools = (specs: readonly ResourceSpec[], run: Run = "raw") =>
	gpuPoolsOf(graphOf(specs, run)).map(({ holder, members, open }) => ({
		holder: holder.name,
		members: members.map(({ group: { group: node }, base, isUsed }) => [node.name, base, isUsed]),
		...(open ? { open: open.property } : {}),
	}));
const ALONE = [
	{ holder: "steady-group", members: [["steady-group", undefined, true]] },
	{ holder: "spare-group", members: [["spare-group", undefined, true]] },
];

describe("policies/graph/gpu-pools", () => {
	it("takes each group that no strategy joins for a pool of its own", () => {
		expect(pools(both)).to.deep.equal(ALONE);
		expect(pools([...both, service(undefined), service([])])).to.deep.equal(ALONE);
	});

	it("joins a strategy's groups, each used where it has a base or a weight", () => {
		const strategy = service([share(steady, { base: 2 }), share(spare, { weight: 1 })]);
		const members = [
			["steady-group", 2, true],
			["spare-group", 0, true],
		];
		expect(pools([...both, strategy])).to.deep.equal([{ holder: "worker", members }]);
		const unused = service([share(steady, { base: "1", weight: "0" }), share(spare)]);
		expect(pools([...both, unused])).to.deep.equal([
			{
				holder: "worker",
				members: [
					["steady-group", 1, true],
					["spare-group", 0, false],
				],
			},
		]);
	});

	it("reads a cluster's default strategy, on both resources that may state it, and leaves what it does not join", () => {
		for (const type of ["aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", "aws:ecs/cluster:Cluster"]) {
			const shares = resource(type, "shares", { defaultCapacityProviderStrategies: [share(spare, { weight: 1 })] });
			expect(pools([...both, shares])).to.deep.equal([
				{ holder: "shares", members: [["spare-group", 0, true]] },
				ALONE[0],
			]);
		}
	});

	it("knows a provider by its name, made up or stated, at preview by what the strategy depends on", () => {
		const one = [template, group("spare-group"), spare, service([share(spare, { weight: 1 })])];
		const pool = [{ holder: "worker", members: [["spare-group", 0, true]] }];
		for (const run of ["raw", "applied", "preview"] as const) expect(pools(one, run), run).to.deep.equal(pool);
		const stated = provider("spare", { name: "gpu-spare" });
		const byText = service([{ capacityProvider: "gpu-spare", weight: 1 }]);
		expect(pools([template, group("spare-group"), stated, byText])).to.deep.equal(pool);
		const elsewhere = service([{ capacityProvider: "FARGATE", weight: 1 }]);
		expect(pools([...both, elsewhere])).to.deep.equal(ALONE);
	});

	it("knows a provider among others by the name that the provider plugin made up for it", () => {
		const twins = [provider("steady"), provider("scarce")];
		const specs = [template, group("steady-group"), group("scarce-group"), ...twins];
		const both = service([
			{ capacityProvider: ref(provider("scarce"), "name"), weight: 1 },
			{ capacityProvider: ref(provider("steady"), "name"), base: 1 },
		]);
		expect(pools([...specs, both])).to.deep.equal([
			{
				holder: "worker",
				members: [
					["scarce-group", 0, true],
					["steady-group", 1, true],
				],
			},
		]);
	});

	it("joins all that a strategy depends on while it is not known which has which share", () => {
		const strategy = service([share(steady, { base: 1 }), share(spare, { weight: 1 })]);
		const members = [
			["steady-group", undefined, true],
			["spare-group", undefined, true],
		];
		expect(pools([...both, strategy], "preview")).to.deep.equal([
			{ holder: "worker", members, open: "capacityProviderStrategies" },
		]);
		const whole = service(concat(ref(steady, "name"), ref(spare, "name")));
		expect(pools([...both, whole], "preview")).to.deep.equal([
			{ holder: "worker", members, open: "capacityProviderStrategies" },
		]);
		expect(pools([...both, service(UNKNOWN)])).to.deep.equal(ALONE);
		expect(pools([...both, service([{ capacityProvider: UNKNOWN, weight: 1 }])])).to.deep.equal(ALONE);
	});
});
