/**
 * Groups of GPU instances: what they may consist of, how much of it is spot, and how much stays on demand. Groups of EC2
 * Auto Scaling only; fleets, Batch and Kubernetes node groups are not among these.
 */
import { absent, type Fact, ifKnown, itemsOf, known, knownAmong, mapFact, orElse } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { DISTRIBUTION, LAUNCH_TEMPLATE, launchOf, MIXED, mayRunOnSpot } from "./instance-groups.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { AUTOSCALING_GROUP } from "./types.ts";

const OVERRIDES = `${MIXED}.launchTemplate.overrides`;

/** Families with NVIDIA or AMD GPUs; those with Inferentia or Trainium have none. */
const GPU_TYPE = /^(p|g|gr)\d+[a-z]*(-[\w]+)?\./;

export interface GpuGroup {
	group: ResourceNode;
	/** Whether any of its instances may be spot. */
	hasSpot: Fact<boolean>;
	/** Whether all of them are on demand. */
	isOnDemand: Fact<boolean>;
	/** How many stay on demand before spot comes in, where it has both. */
	onDemandBase: Fact<number>;
	/** The GPU instance types that it names. */
	types: Fact<readonly string[]>;
	/** Whether it selects instances by what they have. */
	isByAttributes: boolean;
}

/** The GPU groups of a stack; a group whose types are not known yet may be one. */
export const gpuGroupsOf = perStack((stack): ReadonlyMap<ResourceNode, GpuGroup> => {
	const groups = stack.ofType(AUTOSCALING_GROUP).map((group) => groupOf(stack, group));
	return new Map(groups.flatMap((group) => (group ? [[group.group, group] as const] : [])));
});

function groupOf(stack: StackGraph, group: ResourceNode): GpuGroup | undefined {
	const launch = launchOf(stack, group);
	const mixed = group.props.part(MIXED);
	const overrides = itemsOf(group.props.parts(OVERRIDES));
	const requirements = knownAmong(
		[...overrides, ...(launch ? [launch.props] : [])].map((holder) => holder.part("instanceRequirements")),
	);
	const types = instanceTypesOf(stack, group);
	const isGpu =
		requirements.some(asksForGpus) || itemsOf(types).some((type) => GPU_TYPE.test(type)) || types.state === "unknown";
	if (!isGpu) return undefined;
	const isMixed = mixed.state === "known";
	const hasSpot = mixed.state === "unknown" ? mixed : mayRunOnSpot(stack, group);
	return {
		group,
		types: mapFact(types, (names) => names.filter((type) => GPU_TYPE.test(type))),
		isByAttributes: requirements.length > 0,
		hasSpot,
		isOnDemand: mapFact(hasSpot, (may) => !may),
		onDemandBase: isMixed ? orElse(group.props.number(`${DISTRIBUTION}.onDemandBaseCapacity`), 0) : known(0),
	};
}

/** The instance types that a group may start, GPU or not; an empty list where it selects by attributes or from elsewhere. */
export function instanceTypesOf(stack: StackGraph, group: ResourceNode): Fact<readonly string[]> {
	const overrides = group.props.parts(OVERRIDES);
	if (overrides.state === "unknown") return overrides;
	const stated = itemsOf(overrides).flatMap((override) => {
		const type = override.text("instanceType");
		return type.state === "absent" ? templatesOf(stack, group, override).map(typeIn) : [type];
	});
	const launch = launchOf(stack, group);
	return typesOf(stated.length > 0 ? stated : [launch ? typeIn(launch) : absent]);
}

const typeIn = ({ props }: ResourceNode): Fact<string> => props.text("instanceType");

/** The template that an override brings along; one that names none of the stack is any that the group depends on, but for its own. */
function templatesOf(stack: StackGraph, group: ResourceNode, override: Props): readonly ResourceNode[] {
	const specification = ["Id", "Name"].map((key) => override.text(`launchTemplateSpecification.launchTemplate${key}`));
	const named = specification.flatMap((fact) =>
		fact.state === "known" ? stack.named(fact.value, [LAUNCH_TEMPLATE]) : [],
	);
	if (named.length > 0 || specification.every(({ state }) => state === "absent")) return named;
	return stack.dependencies(group, MIXED, [LAUNCH_TEMPLATE]).filter((each) => each !== launchOf(stack, group));
}

function typesOf(facts: readonly Fact<string>[]): Fact<readonly string[]> {
	const types = [...new Set(knownAmong(facts))];
	const open = facts.find(({ state }) => state === "unknown");
	return open?.state === "unknown" && types.length === 0 ? open : known(types);
}

function asksForGpus(requirements: Props): boolean {
	const texts = (path: string) => knownAmong(itemsOf(requirements.texts(path)));
	const kinds = texts("acceleratorTypes");
	if (kinds.length > 0) return kinds.includes("gpu");
	if (texts("allowedInstanceTypes").some((type) => GPU_TYPE.test(type.replace(/\*.*$/, ".")))) return true;
	if (texts("acceleratorNames").length > 0) return true;
	return (ifKnown(requirements.number("acceleratorCount.min")) ?? 0) > 0;
}
