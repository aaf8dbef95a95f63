/** The calls of a test's stack in words: `score synchronous settle:live via may, from outside`. */
import type { Call } from "../../policies/graph/call.ts";
import type { StackGraph } from "../../policies/graph/stack-graph.ts";
import { graphOf } from "./policies-graph.ts";
import type { ResourceSpec, Run } from "./policies-stack.ts";

/** @param find what finds some of a stack's calls */
export const callsIn =
	(find: (stack: StackGraph) => Iterable<Call>) =>
	(specs: readonly ResourceSpec[], run: Run = "raw"): string[] =>
		[...find(graphOf(specs, run))].map(inWords).sort();

const inWords = ({ from, to, mode, via, qualifier, open, isFromOutside }: Call): string =>
	[
		`${from?.name ?? "nobody"} ${mode} ${to.name}${qualifier === undefined ? "" : `:${qualifier}`} via ${via.name}`,
		...(open ? [`if ${open.property}`] : []),
		...(isFromOutside ? ["from outside"] : []),
	].join(", ");
