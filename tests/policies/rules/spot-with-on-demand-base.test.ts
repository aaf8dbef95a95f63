import { expect } from "chai";
import { spotWithOnDemandBase as rule } from "../../../policies/rules/spot-with-on-demand-base.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	open,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

type Props = Record<string, unknown>;

const template = (props: Props = {}, name = "gpu-template") =>
	resource("aws:ec2/launchTemplate:LaunchTemplate", name, { imageId: "ami-1", instanceType: "g5.xlarge", ...props });
const spotTemplate = template({ instanceMarketOptions: { marketType: "spot" } }, "spot-template");
const group = (name: string, launch: ReturnType<typeof template>, props: Props = {}) =>
	resource("aws:autoscaling/group:Group", name, { maxSize: 4, launchTemplate: { id: ref(launch, "id") }, ...props });
const types = (...names: string[]) => names.map((instanceType) => ({ instanceType }));
const mixed = (
	distribution: Props | undefined,
	overrides: unknown = types("g5.xlarge", "g4dn.xlarge"),
	launch = template(),
) =>
	resource("aws:autoscaling/group:Group", "gpu", {
		maxSize: 4,
		mixedInstancesPolicy: {
			...(distribution ? { instancesDistribution: distribution } : {}),
			launchTemplate: { launchTemplateSpecification: { launchTemplateId: ref(launch, "id") }, overrides },
		},
	});
const SPOT_OVER_BASE = { onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: 0 };

const provider = (name: string, over: ReturnType<typeof group>) =>
	resource("aws:ecs/capacityProvider:CapacityProvider", name, {
		autoScalingGroupProvider: { autoScalingGroupArn: ref(over, "arn") },
	});
const twoTypes = template({ instanceType: "g4dn.xlarge" }, "other-template");
const onDemandGroup = group("steady-group", twoTypes);
const spotGroup = group("spot-group", spotTemplate);
const steady = provider("steady", onDemandGroup);
const spare = provider("spare", spotGroup);
const joined = [twoTypes, spotTemplate, onDemandGroup, spotGroup, steady, spare];
const service = (...strategies: Props[]) =>
	resource("aws:ecs/service:Service", "worker", { capacityProviderStrategies: strategies });
const share = (of: ReturnType<typeof provider>, given: Props) => ({ capacityProvider: ref(of, "name"), ...given });

describe("policies/rules/spot-with-on-demand-base", () => {
	it("has nothing to say of groups without GPUs", () => {
		const cpu = template({ instanceType: "m7g.large" });
		expect(answers(rule, [cpu, group("web", cpu)])).to.deep.equal([]);
		const neuron = template({ instanceType: "inf2.xlarge" });
		expect(answers(rule, [neuron, group("web", neuron)])).to.deep.equal([]);
	});

	it("accepts spot over a base of two types", () => {
		expectAccepts(rule, [template(), mixed(SPOT_OVER_BASE)]);
		expectAccepts(rule, [template(), mixed({ onDemandBaseCapacity: "1", onDemandPercentageAboveBaseCapacity: "50" })]);
	});

	it("rejects GPUs on demand alone: by a plain template, by default, in words", () => {
		expectFails(rule, [template(), group("gpu", template())], ["gpu (spot)"]);
		expectFails(rule, [template(), mixed(undefined)], ["gpu (spot)"]);
		expectFails(rule, [template(), mixed({ onDemandPercentageAboveBaseCapacity: 100 })], ["gpu (spot)"]);
		expect(firstFault(rule, [template(), mixed(undefined)])).to.deep.equal({
			what: "runs GPUs (g5.xlarge, g4dn.xlarge) on demand alone",
			fix: "Let a mixedInstancesPolicy keep onDemandBaseCapacity on demand and take the rest from spot (onDemandPercentageAboveBaseCapacity under 100), or join a spot capacity provider.",
		});
	});

	it("rejects spot without a base", () => {
		expectFails(rule, [template(), mixed({ onDemandPercentageAboveBaseCapacity: 0 })], ["gpu (base)"]);
		expectFails(
			rule,
			[template(), mixed({ onDemandBaseCapacity: 0, onDemandPercentageAboveBaseCapacity: 50 })],
			["gpu (base)"],
		);
		expectFails(rule, [spotTemplate, group("gpu", spotTemplate)], ["gpu (base)", "gpu (types)"]);
		const old = resource("aws:ec2/launchConfiguration:LaunchConfiguration", "old", {
			instanceType: "p3.2xlarge",
			spotPrice: "1.2",
		});
		const oldGroup = resource("aws:autoscaling/group:Group", "gpu", { launchConfiguration: ref(old, "name") });
		expectFails(rule, [old, oldGroup], ["gpu (base)", "gpu (types)"]);
	});

	it("rejects one type, named once or twice, and accepts selection by attributes", () => {
		expectFails(rule, [template(), mixed(SPOT_OVER_BASE, types("g5.xlarge"))], ["gpu (types)"]);
		expectFails(rule, [template(), mixed(SPOT_OVER_BASE, types("g5.xlarge", "g5.xlarge"))], ["gpu (types)"]);
		expectFails(rule, [template(), mixed(SPOT_OVER_BASE, [])], ["gpu (types)"]);
		expectFails(rule, [template(), mixed(SPOT_OVER_BASE, types("g5.xlarge", "m7i.xlarge"))], ["gpu (types)"]);
		const byAttributes = [{ instanceRequirements: { acceleratorTypes: ["gpu"], acceleratorCount: { min: 1 } } }];
		expectAccepts(rule, [template(), mixed(SPOT_OVER_BASE, byAttributes)]);
		const inTemplate = template({ instanceType: undefined, instanceRequirements: { acceleratorCount: { min: 1 } } });
		expectFails(rule, [inTemplate, mixed({}, [], inTemplate)], ["gpu (spot)"]);
		const inference = [{ instanceRequirements: { acceleratorTypes: ["inference"], acceleratorCount: { min: 1 } } }];
		const cpu = template({ instanceType: undefined });
		expect(answers(rule, [cpu, mixed({}, inference, cpu)])).to.deep.equal([]);
	});

	it("says that a group selects by attributes, and needs one member of a pool that does", () => {
		const byAttributes = [{ instanceRequirements: { acceleratorTypes: ["gpu"] } }];
		const cpu = template({ instanceType: undefined });
		expect(firstFault(rule, [cpu, mixed(undefined, byAttributes, cpu)])?.what).to.equal(
			"runs GPUs (by attributes) on demand alone",
		);
		const selecting = { ...mixed(SPOT_OVER_BASE, byAttributes, spotTemplate), name: "spot-group" };
		const one = [template(), twoTypes, spotTemplate, onDemandGroup, selecting, spare, steady];
		expectAccepts(rule, [...one, service(share(steady, { base: 1 }), share(spare, { weight: 1 }))]);
	});

	it("takes the groups that a strategy joins for one pool", () => {
		expectAccepts(rule, [...joined, service(share(steady, { base: 1, weight: 0 }), share(spare, { weight: 1 }))]);
		const byDefault = resource("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", "shares", {
			defaultCapacityProviderStrategies: [share(steady, { base: 1, weight: 1 }), share(spare, { weight: 4 })],
		});
		expectAccepts(rule, [...joined, byDefault]);
	});

	it("rejects a strategy that does not use the base, or not the spot", () => {
		expectFails(
			rule,
			[...joined, service(share(steady, { weight: 1 }), share(spare, { weight: 4 }))],
			["worker (base)"],
		);
		expectFails(
			rule,
			[...joined, service(share(steady, { base: 1, weight: 1 }), share(spare, { weight: 0 }))],
			["worker (spot)"],
		);
		expectFails(
			rule,
			[spotTemplate, spotGroup, spare, service(share(spare, { base: 1, weight: 1 }))],
			["worker (base)", "worker (types)"],
		);
	});

	it("takes literal names for the providers of those names", () => {
		const named = (name: string, over: ReturnType<typeof group>) => {
			const made = provider(name, over);
			return { ...made, props: { ...made.props, name } };
		};
		const specs = [...joined.slice(0, 4), named("steady", onDemandGroup), named("spare", spotGroup)];
		const strategy = (base: number) =>
			service({ capacityProvider: "steady", base, weight: 1 }, { capacityProvider: "spare", weight: 3 });
		expectAccepts(rule, [...specs, strategy(2)]);
		expectFails(rule, [...specs, strategy(0)], ["worker (base)"]);
	});

	it("judges groups that no strategy joins each on its own", () => {
		expectFails(rule, joined, ["spot-group (base)", "spot-group (types)", "steady-group (spot)"]);
	});

	it("cannot tell of types, shares or a template's market that are not known before the update", () => {
		const atPreview = (...specs: Parameters<typeof open>[1][number][]) => open(rule, specs, { run: "preview" });
		expect(atPreview(template({ instanceType: UNKNOWN }), group("gpu", template()))).to.deep.equal([
			"cannot tell gpu (spot)",
		]);
		expect(atPreview(template(), mixed({ onDemandPercentageAboveBaseCapacity: UNKNOWN }))).to.deep.equal([
			"cannot tell gpu (spot)",
		]);
		expect(atPreview(...joined, service(share(steady, { base: 1 }), share(spare, { weight: 1 })))).to.deep.equal([
			"cannot tell worker (base)",
		]);
	});

	it("honours an exception to one finding alone", () => {
		const exceptions = [exceptionTo("spot-with-on-demand-base/types", "gpu")];
		const oneType = [template(), mixed(SPOT_OVER_BASE, types("g5.xlarge"))];
		expect(open(rule, oneType, { config: { exceptions } })).to.deep.equal([]);
	});
});
