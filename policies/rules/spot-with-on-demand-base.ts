/**
 * GPU capacity is spot over an on-demand base, of at least two instance types. One pool where a strategy joins its
 * providers. SageMaker's endpoints have no spot, and are not judged.
 */
import { absent, type Fact, ifKnown, itemsOf } from "../facts/fact.ts";
import { type GpuPool, gpuPoolsOf, type PoolMember } from "../graph/gpu-pools.ts";
import { cannotTell, fail, pass, type Rule, type Verdict } from "../rule.ts";

const SPOT = "spot";
const BASE = "base";
const TYPES = "types";
const INSTANCE_TYPES_MIN = 2;

export const spotWithOnDemandBase: Rule = {
	name: "spot-with-on-demand-base",
	findings: [SPOT, BASE, TYPES],
	*check({ stack }) {
		for (const pool of gpuPoolsOf(stack)) yield* verdictsOn(pool);
	},
};

function* verdictsOn(pool: GpuPool): Iterable<Verdict> {
	const { holder, members } = pool;
	const used = members.filter(({ isUsed }) => isUsed);
	const open = firstUnknown(members.map(({ group }) => group.types));
	if (open.state === "unknown") {
		yield cannotTell(holder, open, "whether it runs GPUs on spot capacity", SPOT);
		return;
	}
	const spot = firstUnknown(used.map(({ group }) => group.hasSpot));
	if (!used.some(({ group }) => ifKnown(group.hasSpot) === true)) {
		if (spot.state === "unknown") yield cannotTell(holder, spot, "whether any of its GPUs are spot", SPOT);
		else
			yield fail(
				holder,
				{
					what: `runs GPUs (${typesIn(members).join(", ") || "by attributes"}) on demand alone`,
					fix: "Let a mixedInstancesPolicy keep onDemandBaseCapacity on demand and take the rest from spot (onDemandPercentageAboveBaseCapacity under 100), or join a spot capacity provider.",
				},
				SPOT,
			);
		return;
	}
	yield pass(holder, SPOT);
	yield baseVerdict(pool, used);
	yield typesVerdict(pool);
}

/** Instances that stay when AWS takes the spot ones back: a group's own base, or an on-demand provider's. */
function baseVerdict({ holder, open }: GpuPool, used: readonly PoolMember[]): Verdict {
	const keeps = ({ group, base }: PoolMember): boolean =>
		ifKnown(group.isOnDemand) === true ? (base ?? 0) >= 1 : (ifKnown(group.onDemandBase) ?? 0) >= 1;
	if (used.some(keeps)) return pass(holder, BASE);
	const unsettled = firstUnknown(used.flatMap(({ group }) => [group.onDemandBase, group.isOnDemand]));
	const mayBeGiven =
		open !== undefined && used.some(({ group }) => ifKnown(group.isOnDemand) === true) ? open : unsettled;
	if (mayBeGiven.state === "unknown") return cannotTell(holder, mayBeGiven, "whether it keeps a base on demand", BASE);
	return fail(
		holder,
		{
			what: "runs GPUs on spot with no on-demand base, so that a shortage of spot leaves nothing",
			fix: "Set onDemandBaseCapacity to 1 or more, or give the on-demand capacity provider a base of 1 in the strategy.",
		},
		BASE,
	);
}

function typesVerdict({ holder, members }: GpuPool): Verdict {
	const types = typesIn(members);
	if (types.length >= INSTANCE_TYPES_MIN || members.some(({ group }) => group.isByAttributes))
		return pass(holder, TYPES);
	return fail(
		holder,
		{
			what: `takes spot GPUs of one type alone (${types.join(", ")})`,
			fix: "List a second type with as many GPUs in the overrides, or select by instanceRequirements.",
		},
		TYPES,
	);
}

const typesIn = (members: readonly PoolMember[]): string[] => [
	...new Set(members.flatMap(({ group }) => itemsOf(group.types))),
];

const firstUnknown = (facts: readonly Fact<unknown>[]): Fact<unknown> =>
	facts.find(({ state }) => state === "unknown") ?? absent;
