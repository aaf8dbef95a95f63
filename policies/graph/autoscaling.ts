/**
 * Questions about Application Auto Scaling: which targets and policies scale a table, index, service or endpoint variant.
 * Groups of EC2 instances scale by themselves and are not among these.
 */
import { absent, type Fact, ifKnown, known, unknown } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { ECS_SERVICE, SAGEMAKER_ENDPOINT, TABLE } from "./types.ts";

export const SCALABLE_TARGET = "aws:appautoscaling/target:Target";
export const SCALING_POLICY = "aws:appautoscaling/policy:Policy";

/** What is scaled: a dimension of a resource, of an index or variant of it where `part` names one. */
export interface Scalable {
	subject: ResourceNode;
	/** As in "dynamodb:index:ReadCapacityUnits". */
	dimension: string;
	part?: Fact<string>;
}

/** What a target or policy says that it scales. */
interface Claim {
	node: ResourceNode;
	subjects: readonly ResourceNode[];
	part: Fact<string>;
	dimension: Fact<string>;
	/** The id that does not say yet which resource it means. */
	open?: string;
}

const SUBJECTS = [TABLE, ECS_SERVICE, SAGEMAKER_ENDPOINT];
/** Ids as Application Auto Scaling writes them: the resource's name, and the part of it. */
const RESOURCE_ID = /^(?:table\/([^/]+)(?:\/index\/(.+))?|service\/[^/]+\/(.+)|endpoint\/([^/]+)\/variant\/(.+))$/;

const claimsByType = perStack((stack) => {
	const index = new Map<string, { bySubject: Map<ResourceNode, Claim[]>; open: Claim[] }>();
	for (const type of [SCALABLE_TARGET, SCALING_POLICY]) {
		const bySubject = new Map<ResourceNode, Claim[]>();
		const open: Claim[] = [];
		for (const node of stack.ofType(type)) {
			const claim = claimOf(stack, node);
			if (claim.open !== undefined) open.push(claim);
			for (const subject of claim.subjects) bySubject.set(subject, [...(bySubject.get(subject) ?? []), claim]);
		}
		index.set(type, { bySubject, open });
	}
	return index;
});

function claimOf(stack: StackGraph, node: ResourceNode): Claim {
	// A policy takes its target's words over, and depends on the target alone.
	const [target] = node.type === SCALING_POLICY ? stack.dependencies(node, "resourceId", [SCALABLE_TARGET]) : [];
	const [dimensioned] = stack.dependencies(node, "scalableDimension", [SCALABLE_TARGET]);
	const taken = target && claimOf(stack, target);
	const id = node.props.text("resourceId");
	const stated = node.props.text("scalableDimension");
	const dimension = stated.state === "unknown" && dimensioned ? dimensioned.props.text("scalableDimension") : stated;
	const parsed = id.state === "known" ? RESOURCE_ID.exec(id.value) : undefined;
	const name = parsed?.[1] ?? parsed?.[3] ?? parsed?.[4];
	const part = parsed?.[2] ?? parsed?.[5];
	const named = name === undefined ? [] : stack.named(name, SUBJECTS);
	const depended = named.length > 0 ? named : stack.dependencies(node, "resourceId", SUBJECTS);
	const subjects = depended.length > 0 ? depended : (taken?.subjects ?? []);
	if (id.state === "unknown")
		return {
			node,
			dimension,
			subjects,
			part: taken?.part ?? unknown(id.property),
			...(subjects.length === 0 ? { open: id.property } : {}),
		};
	// A target's own id, where a policy takes it, says less than the target does.
	const stands = parsed ? absent : (taken?.part ?? absent);
	return { node, dimension, subjects, part: part === undefined ? stands : known(part) };
}

/** The target (or policy) that scales something: known, absent, or not to be told before the property named is known. */
export function scalingOf(
	stack: StackGraph,
	type: typeof SCALABLE_TARGET | typeof SCALING_POLICY,
	scalable: Scalable,
): Fact<ResourceNode> {
	const index = claimsByType(stack).get(type);
	let perhaps: Fact<ResourceNode> = absent;
	for (const claim of [...(index?.bySubject.get(scalable.subject) ?? []), ...(index?.open ?? [])]) {
		const fit = fitOf(claim, scalable);
		if (fit.state === "known") return fit;
		if (fit.state === "unknown") perhaps = fit;
	}
	return perhaps;
}

function fitOf({ node, dimension, part, open }: Claim, wanted: Scalable): Fact<ResourceNode> {
	if (dimension.state === "absent" || (dimension.state === "known" && dimension.value !== wanted.dimension))
		return absent;
	if (open !== undefined) return unknown(open);
	if (dimension.state === "unknown") return dimension;
	if (wanted.part === undefined) return known(node);
	if (part.state === "unknown") return part;
	if (wanted.part.state === "unknown") return wanted.part;
	return ifKnown(part) === ifKnown(wanted.part) ? known(node) : absent;
}

/** The least to which something may be scaled in; absent where nothing scales it. */
export function scaledMinimum(stack: StackGraph, scalable: Scalable): Fact<number> {
	const target = scalingOf(stack, SCALABLE_TARGET, scalable);
	return target.state === "known" ? target.value.props.number("minCapacity") : target;
}
