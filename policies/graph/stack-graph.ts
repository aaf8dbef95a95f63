/**
 * The resources of a stack and what each property refers to; built once per analysis, linear in resources and edges.
 * Holds no opinion on what a reference means: the questions beside this file do.
 */
import { containsUnknown } from "../facts/unknown.ts";
import { namesIn } from "./identity.ts";
import { type ResourceInput, ResourceNode } from "./node.ts";
import { OfType } from "./of-type.ts";

/** Where a reference leads. */
export interface Reference {
	/** Resources of the stack that are meant; several where only the property as a whole tells its dependencies. */
	nodes: readonly ResourceNode[];
	/** A known value that names no resource of the stack. */
	external?: string;
	/** Path of the property that is not known yet and depends on nothing that would tell. */
	unknown?: string;
}

const NOTHING: readonly ResourceNode[] = [];
const NOWHERE: Reference = { nodes: NOTHING };

export class StackGraph {
	readonly nodes: readonly ResourceNode[];
	#isPreview: boolean | undefined;
	readonly #byType = new Map<string, OfType>();
	readonly #byUrn = new Map<string, ResourceNode>();
	readonly #referrers = new Map<string, ReadonlyMap<ResourceNode, ResourceNode[]>>();

	constructor(resources: readonly ResourceInput[]) {
		const nodes: ResourceNode[] = [];
		for (const resource of resources) {
			const node = new ResourceNode(resource, this);
			nodes.push(node);
			this.#byUrn.set(node.urn, node);
			const alike = this.#byType.get(node.type) ?? new OfType();
			alike.add(node);
			if (alike.nodes.length === 1) this.#byType.set(node.type, alike);
		}
		this.nodes = nodes;
	}

	/** Whether anything at all is not known yet: a preview. */
	get isPreview(): boolean {
		this.#isPreview ??= this.nodes.some(({ props }) => containsUnknown(props.raw));
		return this.#isPreview;
	}

	/** The resources of the given types, in the order of the program within each type. */
	ofType(...types: readonly string[]): readonly ResourceNode[] {
		const [only] = types;
		if (types.length === 1 && only !== undefined) return this.#byType.get(only)?.nodes ?? NOTHING;
		return types.flatMap((type) => this.#byType.get(type)?.nodes ?? []);
	}

	byUrn(urn: string): ResourceNode | undefined {
		return this.#byUrn.get(urn);
	}

	/**
	 * The resources that a known text names, whatever its form: name, ARN, URL, invoke ARN. In the order of the types, and
	 * of the program within each.
	 */
	named(reference: string, types?: readonly string[]): readonly ResourceNode[] {
		if (!this.hasAny(types)) return NOTHING;
		const meant = this.#called(reference, types);
		if (meant.length > 0) return meant;
		for (const name of namesIn(reference)) {
			const found = this.#called(name, types);
			if (found.length > 0) return found;
		}
		return NOTHING;
	}

	#called(name: string, types: readonly string[] | undefined): readonly ResourceNode[] {
		let found = NOTHING;
		for (const type of types === undefined || types.length === 0 ? this.#byType.keys() : types) {
			const alike = this.#byType.get(type)?.named(name) ?? NOTHING;
			found = found.length > 0 ? [...found, ...alike] : alike;
		}
		return found;
	}

	/**
	 * The resources that a property refers to. Its known value decides where it names one of the stack; otherwise the
	 * engine's record of what the top-level property depends on does.
	 * @param types only resources of these types are meant
	 */
	targets(node: ResourceNode, path: string, types?: readonly string[]): Reference {
		const fact = node.props.read(path);
		if (fact.state === "absent") return NOWHERE;
		if (fact.state === "known") {
			const namedBy = (text: unknown) => (typeof text === "string" ? this.named(text, types) : NOTHING);
			const found = Array.isArray(fact.value) ? fact.value.flatMap(namedBy) : namedBy(fact.value);
			if (found.length > 0) return { nodes: found };
		}
		const nodes = this.dependencies(node, path, types);
		if (nodes.length > 0) return { nodes };
		if (fact.state === "unknown") return { nodes, unknown: fact.property };
		return typeof fact.value === "string" ? { nodes, external: fact.value } : { nodes };
	}

	/** The one resource that a property refers to, or undefined. */
	target(node: ResourceNode, path: string, ...types: string[]): ResourceNode | undefined {
		return this.targets(node, path, types).nodes[0];
	}

	/**
	 * The resources of a type whose property refers to a target: {@link targets} the other way round. Indexed once for
	 * each type and property, so that asking for every target stays linear.
	 */
	referrers(target: ResourceNode, type: string, path: string): readonly ResourceNode[] {
		const key = `${type} ${path} ${target.type}`;
		let index = this.#referrers.get(key);
		if (!index) {
			const built = new Map<ResourceNode, ResourceNode[]>();
			for (const node of this.ofType(type))
				for (const found of once(this.targets(node, path, [target.type]).nodes)) append(built, found, node);
			this.#referrers.set(key, built);
			index = built;
		}
		return index.get(target) ?? NOTHING;
	}

	/** What the engine says a property depends on; only its top-level name counts. */
	dependencies(node: ResourceNode, path: string, types?: readonly string[]): readonly ResourceNode[] {
		if (!this.hasAny(types)) return NOTHING;
		const depended = node.dependenciesOf(path);
		const [first] = depended;
		if (!first) return NOTHING;
		// Nearly always there is one: a list that grew would make room for many.
		if (depended.length === 1) {
			const target = this.#byUrn.get(first.urn);
			return target?.isOneOf(types) ? [target] : NOTHING;
		}
		const found: ResourceNode[] = [];
		for (const { urn } of depended) {
			const target = this.#byUrn.get(urn);
			if (target?.isOneOf(types)) found.push(target);
		}
		return found;
	}

	/** Whether there is any resource of some types. Nothing refers to what the stack has none of: most of what rules ask for. */
	hasAny(types: readonly string[] | undefined): boolean {
		return types === undefined || types.length === 0 || types.some((type) => this.#byType.has(type));
	}
}

/** Each of some resources once. */
const once = (nodes: readonly ResourceNode[]): Iterable<ResourceNode> => (nodes.length > 1 ? new Set(nodes) : nodes);

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
	const list = map.get(key);
	if (list) list.push(value);
	else map.set(key, [value]);
}

/**
 * A question about a stack, answered once and kept for as long as the graph lives.
 * @example const callsOf = perStack((stack) => buildCalls(stack));
 */
export function perStack<T>(answer: (stack: StackGraph) => T): (stack: StackGraph) => T {
	const answers = new WeakMap<StackGraph, { answer: T }>();
	return (stack) => {
		let known = answers.get(stack);
		if (!known) {
			known = { answer: answer(stack) };
			answers.set(stack, known);
		}
		return known.answer;
	};
}

/**
 * A question about a resource of a stack, answered once and kept as long: what many rules ask of the same resources.
 * @example const apiOf = perNode((stack, stage) => stack.target(stage, "restApi"));
 */
export function perNode<T>(answer: (stack: StackGraph, node: ResourceNode) => T | undefined): typeof answer {
	const answersOf = perStack(() => new Map<ResourceNode, T | undefined>());
	return (stack, node) => {
		const answers = answersOf(stack);
		const known = answers.get(node);
		if (known !== undefined || answers.has(node)) return known;
		const made = answer(stack, node);
		answers.set(node, made);
		return made;
	};
}
