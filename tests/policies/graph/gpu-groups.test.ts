import { expect } from "chai";
import { gpuGroupsOf } from "../../../policies/graph/gpu-groups.ts";
import { mayRunOnSpot } from "../../../policies/graph/instance-groups.ts";
import { type ResourceSpec, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

type Props = Record<string, unknown>;

const template = (props: Props = { instanceType: "g5.xlarge" }) =>
	resource("aws:ec2/launchTemplate:LaunchTemplate", "template", props);
const group = (props: Props) => resource("aws:autoscaling/group:Group", "group", props);
const byId = { launchTemplate: { id: ref(template(), "id") } };
const mixed = (props: Props, distribution: Props = {}) => ({
	mixedInstancesPolicy: { instancesDistribution: distribution, launchTemplate: props },
});
/** A group that selects its instances by what they have. */
const selecting = (instanceRequirements: Props) => mixed({ overrides: [{ instanceRequirements }] });
const known = <T>(value: T) => ({ state: "known", value });
const unknownAt = (property: string) => ({ state: "unknown", property });

/** What is known of the stack's group as one of GPUs; undefined where it is none. */
function gpuGroup(props: Props, ...others: ResourceSpec[]) {
	const stack = graphOf([group(props), ...others]);
	const found = gpuGroupsOf(stack).get(nodeOf(stack, "group"));
	if (!found) return undefined;
	const { group: node, ...rest } = found;
	expect(node.name).to.equal("group");
	return rest;
}
const isGpu = (props: Props, ...others: ResourceSpec[]) => gpuGroup(props, ...others) !== undefined;

describe("policies/graph/gpu-groups", () => {
	it("knows GPU types by their family, those without GPUs beside them left out", () => {
		for (const type of ["p3.2xlarge", "p5en.48xlarge", "g4dn.xlarge", "g5.xlarge", "g6e.xlarge", "gr6.4xlarge"])
			expect(isGpu(byId, template({ instanceType: type })), type).to.equal(true);
		for (const type of ["m7g.large", "inf2.xlarge", "trn1.2xlarge", "hpc7g.4xlarge"])
			expect(isGpu(byId, template({ instanceType: type })), type).to.equal(false);
		const overrides = [{ instanceType: "g5.xlarge" }, { instanceType: "m5.large" }, { instanceType: "g5.xlarge" }];
		expect(gpuGroup(mixed({ overrides }))?.types).to.deep.equal(known(["g5.xlarge"]));
	});

	it("takes the type of an override from the template that it brings along", () => {
		const other = resource("aws:ec2/launchTemplate:LaunchTemplate", "other", { instanceType: "g4dn.xlarge" });
		const overrides = [
			{ instanceType: "g5.xlarge" },
			{ launchTemplateSpecification: { launchTemplateId: ref(other, "id") } },
		];
		const own = { launchTemplateSpecification: { launchTemplateId: ref(template(), "id") }, overrides };
		expect(gpuGroup(mixed(own), template(), other)?.types).to.deep.equal(known(["g5.xlarge", "g4dn.xlarge"]));
	});

	it("tells the templates of overrides apart by name, and by what the group depends on where they name none", () => {
		const called = (name: string, instanceType: string, props: Props = {}) =>
			resource("aws:ec2/launchTemplate:LaunchTemplate", name, { instanceType, ...props });
		const [other, third] = [called("other", "g4dn.xlarge", { name: "other-live" }), called("third", "g6.xlarge")];
		const own = { launchTemplateSpecification: { launchTemplateId: ref(template(), "id") } };
		const by = (specification: Props) => ({ launchTemplateSpecification: specification });
		const typesWith = (overrides: Props[], more: Props = {}) =>
			gpuGroup(mixed({ ...own, overrides, ...more }), template(), other, third)?.types;
		const byName = by({ launchTemplateName: "other-live" });
		const byReference = by({ launchTemplateId: ref(third, "id") });
		expect(typesWith([byName, byReference])).to.deep.equal(known(["g4dn.xlarge", "g6.xlarge"]));
		const bare = [{ weightedCapacity: "1" }, { instanceType: "g5.2xlarge" }];
		expect(typesWith(bare, { note: ref(third, "id") })).to.deep.equal(known(["g5.2xlarge"]));
		const away = [by({ launchTemplateId: "elsewhere" })];
		expect(typesWith(away, { note: ref(third, "id") }), "its own is not meant").to.deep.equal(known(["g6.xlarge"]));
		const queue = resource("aws:sqs/queue:Queue", "queue", { instanceType: "p3.2xlarge", name: "queue-live" });
		for (const launchTemplateId of ["elsewhere", "queue-live"])
			expect(
				gpuGroup(
					mixed({ ...own, overrides: [by({ launchTemplateId }), ...bare], note: ref(queue, "id") }),
					template(),
					queue,
				)?.types,
			).to.deep.equal(known(["g5.2xlarge"]));
	});

	it("takes a plain group for what its template says, in whatever way it names it", () => {
		const plain = {
			types: known(["g5.xlarge"]),
			isByAttributes: false,
			hasSpot: known(false),
			isOnDemand: known(true),
			onDemandBase: known(0),
		};
		const specification = (property: string, attr: string) =>
			mixed({ launchTemplateSpecification: { [property]: ref(template(), attr) } });
		expect(gpuGroup(byId, template())).to.deep.equal(plain);
		const named = template({ instanceType: "g5.xlarge", name: "gpu-hosts" });
		expect(gpuGroup({ launchTemplate: { name: "gpu-hosts" } }, named)).to.deep.equal(plain);
		expect(gpuGroup(specification("launchTemplateId", "id"), template())).to.deep.equal(plain);
		const byName = mixed({ launchTemplateSpecification: { launchTemplateName: "gpu-hosts" } });
		expect(gpuGroup(byName, named)).to.deep.equal(plain);
		const old = resource("aws:ec2/launchConfiguration:LaunchConfiguration", "old", { instanceType: "p3.2xlarge" });
		expect(gpuGroup({ launchConfiguration: ref(old, "name") }, old)).to.deep.equal({
			...plain,
			types: known(["p3.2xlarge"]),
		});
		expect(gpuGroup({ launchTemplate: { id: "lt-elsewhere" } })).to.equal(undefined);
	});

	it("reads the market of a template, and the price of a configuration", () => {
		const market = (marketType: unknown) =>
			gpuGroup(byId, template({ instanceType: "g5.xlarge", instanceMarketOptions: { marketType } }));
		expect(market("spot")).to.deep.include({ hasSpot: known(true), isOnDemand: known(false) });
		expect(market("capacity-block")).to.deep.include({ hasSpot: known(false), isOnDemand: known(true) });
		const open = unknownAt("instanceMarketOptions.marketType");
		expect(market(UNKNOWN)).to.deep.include({ hasSpot: open, isOnDemand: open });
	});

	it("reads how much of a mixed group is spot, and its base", () => {
		const overrides = [{ instanceType: "g5.xlarge" }];
		const share = (onDemand: unknown, base?: unknown) =>
			gpuGroup(mixed({ overrides }, { onDemandPercentageAboveBaseCapacity: onDemand, onDemandBaseCapacity: base }));
		expect(share(99, 2)).to.deep.include({
			hasSpot: known(true),
			isOnDemand: known(false),
			onDemandBase: known(2),
		});
		expect(share(100)).to.deep.include({ hasSpot: known(false), isOnDemand: known(true), onDemandBase: known(0) });
		expect(share(undefined)).to.deep.include({ hasSpot: known(false), isOnDemand: known(true) });
		const at = "mixedInstancesPolicy.instancesDistribution";
		const open = unknownAt(`${at}.onDemandPercentageAboveBaseCapacity`);
		expect(share(UNKNOWN, UNKNOWN)).to.deep.include({
			hasSpot: open,
			isOnDemand: open,
			onDemandBase: unknownAt(`${at}.onDemandBaseCapacity`),
		});
	});

	it("takes a group for one of GPUs while its types, or its whole policy, are not known yet", () => {
		expect(gpuGroup({ mixedInstancesPolicy: UNKNOWN }, template())).to.deep.include({
			types: unknownAt("mixedInstancesPolicy"),
			hasSpot: unknownAt("mixedInstancesPolicy"),
		});
		expect(gpuGroup(byId, template({ instanceType: UNKNOWN }))?.types).to.deep.equal(unknownAt("instanceType"));
		const overrides = [{ instanceType: UNKNOWN }, { instanceType: "g5.xlarge" }];
		expect(gpuGroup(mixed({ overrides }))?.types).to.deep.equal(known(["g5.xlarge"]));
		expect(isGpu(mixed({ overrides: [{ instanceType: UNKNOWN }, { instanceType: "m5.large" }] }))).to.equal(false);
	});

	it("knows requirements that ask for GPUs: by kind, by type, by name, by number", () => {
		for (const requirements of [
			{ acceleratorTypes: ["fpga", "gpu"] },
			{ allowedInstanceTypes: ["m5.large", "g5.*"] },
			{ allowedInstanceTypes: ["g6e.xlarge"] },
			{ allowedInstanceTypes: ["p5*"] },
			{ acceleratorNames: ["a100"] },
			{ acceleratorCount: { min: 1 } },
		]) {
			expect(isGpu(selecting(requirements)), JSON.stringify(requirements)).to.equal(true);
			expect(gpuGroup(selecting(requirements))?.isByAttributes).to.equal(true);
			expect(isGpu(byId, template({ instanceRequirements: requirements })), "in a template").to.equal(true);
		}
		for (const requirements of [
			{ acceleratorTypes: ["inference"], acceleratorCount: { min: 1 } },
			{ allowedInstanceTypes: ["m5.*", "c5*"] },
			{ allowedInstanceTypes: ["m5.*"], acceleratorCount: { min: 0 } },
			{ acceleratorCount: { max: 0 } },
			{ vcpuCount: { min: 4 } },
		])
			expect(isGpu(selecting(requirements)), JSON.stringify(requirements)).to.equal(false);
	});
});

describe("policies/graph/instance-groups", () => {
	it("says whether a group may run on spot, by its policy or else by its template", () => {
		const may = (props: Props, ...others: ResourceSpec[]) => {
			const stack = graphOf([group(props), ...others]);
			return mayRunOnSpot(stack, nodeOf(stack, "group"));
		};
		const spot = template({ instanceMarketOptions: { marketType: "spot" } });
		expect(may(byId, spot)).to.deep.equal(known(true));
		expect(may(byId, template())).to.deep.equal(known(false));
		expect(may({})).to.deep.equal(known(false));
		expect(may(mixed({}, { onDemandPercentageAboveBaseCapacity: 50 }))).to.deep.equal(known(true));
		expect(may({ ...byId, ...mixed({}) }, spot)).to.deep.equal(known(false));
	});
});
