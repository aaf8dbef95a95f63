/**
 * Exceptions that a program states itself, beside what they are about: records under `charterExceptions` among the outputs
 * of the stack or of any component. Finds them; whether they count is the config's to say.
 */
import { containsUnknown } from "./facts/unknown.ts";
import type { ResourceNode } from "./graph/node.ts";
import type { StackGraph } from "./graph/stack-graph.ts";

/** Name of the output. */
const IN_PROGRAM = "charterExceptions";

export interface StatedRecord {
	/** How messages call it: `charterExceptions[0] of Stack "shop-dev"`. */
	name: string;
	/** As it stands; undefined where it is not known before the update. */
	raw: unknown;
}

/** What AWS makes has the outputs that the provider declares, and no others: that is nearly all of a stack. */
const isOfProgram = ({ type }: ResourceNode): boolean => !(type.startsWith("aws:") && type.includes("/"));

/** The records in the order of the program. */
export function statedIn(stack: StackGraph): StatedRecord[] {
	return stack.nodes.filter(isOfProgram).flatMap((node) => {
		const fact = node.props.read(IN_PROGRAM);
		if (fact.state === "absent") return [];
		if (fact.state === "unknown") return [{ name: `${IN_PROGRAM} of ${node.label}`, raw: undefined }];
		return [fact.value].flat().map((raw, i) => ({
			name: `${IN_PROGRAM}[${i}] of ${node.label}`,
			raw: containsUnknown(raw) ? undefined : raw,
		}));
	});
}
