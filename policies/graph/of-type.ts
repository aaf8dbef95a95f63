/**
 * The resources of one type, and which of them a name means. Names are indexed by type, and only when somebody asks for
 * one: of most types nobody does, and one index of all names would outgrow the processor's caches.
 */
import { eachIdentity } from "./identity.ts";
import type { ResourceNode } from "./node.ts";

const NOTHING: readonly ResourceNode[] = [];

export class OfType {
	readonly #nodes: ResourceNode[] = [];
	/** Nearly every name is one resource's alone: a list is kept for those only that several share. */
	#byName: Map<string, ResourceNode | ResourceNode[]> | undefined;

	/** In the order of the program. */
	get nodes(): readonly ResourceNode[] {
		return this.#nodes;
	}

	/** Before anybody asks for a name. */
	add(node: ResourceNode): void {
		this.#nodes.push(node);
	}

	/** The resources that are called exactly so, in the order of the program. */
	named(name: string): readonly ResourceNode[] {
		this.#byName ??= this.#indexed();
		const found = this.#byName.get(name);
		if (found === undefined) return NOTHING;
		return Array.isArray(found) ? found : [found];
	}

	#indexed(): Map<string, ResourceNode | ResourceNode[]> {
		const byName = new Map<string, ResourceNode | ResourceNode[]>();
		for (const node of this.#nodes)
			eachIdentity(node, (name) => {
				const there = byName.get(name);
				if (there === undefined) byName.set(name, node);
				else if (!Array.isArray(there)) {
					if (there !== node) byName.set(name, [there, node]);
				} else if (there.at(-1) !== node) there.push(node);
			});
		return byName;
	}
}
