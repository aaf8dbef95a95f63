/**
 * Pools of GPU capacity: the groups that a strategy of capacity providers joins, with the share that it gives to each, and
 * each group that no strategy uses on its own.
 */
import { ifKnown, itemsOf, orElse, type Unknown, unknown } from "../facts/fact.ts";
import { type GpuGroup, gpuGroupsOf } from "./gpu-groups.ts";
import { meantBy } from "./made-names.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import { AUTOSCALING_GROUP, CAPACITY_PROVIDER, ECS_SERVICE } from "./types.ts";

/** Where strategies stand: on a service, and as a cluster's default. */
const STRATEGIES = [
	{ type: ECS_SERVICE, property: "capacityProviderStrategies" },
	{ type: "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", property: "defaultCapacityProviderStrategies" },
	{ type: "aws:ecs/cluster:Cluster", property: "defaultCapacityProviderStrategies" },
] as const;

export interface PoolMember {
	group: GpuGroup;
	/** Tasks that the strategy places there first; undefined where no strategy does. */
	base: number | undefined;
	/** Whether the strategy places any there. */
	isUsed: boolean;
}

export interface GpuPool {
	/** What joins the groups, or the group that stands alone. */
	holder: ResourceNode;
	members: readonly PoolMember[];
	/** Why it is not known which provider has which share. */
	open?: Unknown;
}

export function gpuPoolsOf(stack: StackGraph): GpuPool[] {
	const groups = gpuGroupsOf(stack);
	const joined = STRATEGIES.flatMap(({ type, property }) =>
		stack.ofType(type).flatMap((holder) => poolOf(stack, holder, property) ?? []),
	);
	const inPools = new Set(joined.flatMap(({ members }) => members.map(({ group }) => group.group)));
	const alone = [...groups.values()].filter(({ group }) => !inPools.has(group));
	return [
		...joined,
		...alone.map((group) => ({ holder: group.group, members: [{ group, base: undefined, isUsed: true }] })),
	];
}

function poolOf(stack: StackGraph, holder: ResourceNode, property: string): GpuPool | undefined {
	const parts = holder.props.parts(property);
	const depended = stack.dependencies(holder, property, [CAPACITY_PROVIDER]);
	const groupsIn = (providers: readonly ResourceNode[]) =>
		providers.flatMap((provider) =>
			stack
				.targets(provider, "autoScalingGroupProvider.autoScalingGroupArn", [AUTOSCALING_GROUP])
				.nodes.flatMap((group) => gpuGroupsOf(stack).get(group) ?? []),
		);
	const unplaced = (groups: readonly GpuGroup[], open: Unknown): GpuPool | undefined =>
		groups.length === 0
			? undefined
			: { holder, open, members: groups.map((group) => ({ group, base: undefined, isUsed: true })) };
	if (parts.state === "unknown") return unplaced(groupsIn(depended), parts);
	const members: PoolMember[] = [];
	let isOpen = false;
	for (const part of itemsOf(parts)) {
		const providers = providersIn(stack, depended, ifKnown(part.text("capacityProvider")));
		const base = ifKnown(orElse(part.number("base"), 0)) ?? 0;
		const weight = ifKnown(orElse(part.number("weight"), 0)) ?? 0;
		isOpen ||= providers.length === 0 && part.text("capacityProvider").state === "unknown";
		for (const group of groupsIn(providers)) members.push({ group, base, isUsed: base > 0 || weight > 0 });
	}
	if (isOpen) return unplaced(groupsIn(depended), unknown(property));
	return members.length === 0 ? undefined : { holder, members };
}

/** The provider of a name; one whose own name is not known is meant where the strategy depends on it. */
function providersIn(
	stack: StackGraph,
	depended: readonly ResourceNode[],
	name: string | undefined,
): readonly ResourceNode[] {
	if (name === undefined) return depended.length === 1 ? depended : [];
	const named = stack.named(name, [CAPACITY_PROVIDER]);
	if (named.length > 0) return named;
	const meant = meantBy(name, depended);
	return meant ? [meant] : [];
}
