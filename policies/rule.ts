/**
 * What a rule is, and the four answers that it can give for each resource. Not how answers reach the engine: rules
 * report, they never throw and never decide what blocks.
 */

import type { PackConfig } from "./config.ts";
import type { Unknown } from "./facts/fact.ts";
import type { ResourceNode } from "./graph/node.ts";
import type { StackGraph } from "./graph/stack-graph.ts";

/** What is wrong, and the smallest change that mends it. */
export interface Fault {
	/** After the resource's name: `has no reserved concurrency`. With the arithmetic, where there is any. */
	what: string;
	/** An instruction: `Set reservedConcurrentExecutions to 1 or more.` */
	fix: string;
	/** "advisory" where this finding only advises, whatever the level of the rule. @default "rule" */
	level?: "rule" | "advisory";
}

/** One answer, on one resource; `where` is undefined where the stack as a whole is meant. */
export type Verdict = { finding: string; where: ResourceNode | undefined } & (
	| { answer: "pass" }
	| ({ answer: "fail" } & Fault)
	| { answer: "cannot tell"; property: string; what: string; reason?: string }
	| { answer: "not applicable"; reason: string }
);

export interface RuleContext {
	stack: StackGraph;
	config: PackConfig;
}

/** A rule as the pack lists it; its words are in the clause of the same name. */
export interface Rule {
	/** Also the name of its policy, clause, page and file. */
	name: string;
	/** What it finds, as in `usage-plan`; a finding's id is `<rule>/<finding>`. A rule with one finding has none named. */
	findings: readonly string[];
	check(context: RuleContext): Iterable<Verdict>;
}

/** Answers, bound to one finding of a rule. Without a finding the answer is the rule's own. */
export const pass = (where: ResourceNode | undefined, finding = ""): Verdict => ({ answer: "pass", finding, where });

export const fail = (where: ResourceNode | undefined, fault: Fault, finding = ""): Verdict => ({
	answer: "fail",
	finding,
	where,
	...fault,
});

/**
 * @param fact the unknown that stands in the way; with a reason where waiting for the update would not help
 * @param what what it keeps us from telling: `whether it has a reserved concurrency`
 */
export const cannotTell = (
	where: ResourceNode | undefined,
	fact: Pick<Unknown, "property"> & { reason?: string },
	what: string,
	finding = "",
): Verdict => ({
	answer: "cannot tell",
	finding,
	where,
	property: fact.property,
	what,
	...(fact.reason === undefined ? {} : { reason: fact.reason }),
});

export const notApplicable = (where: ResourceNode | undefined, reason: string, finding = ""): Verdict => ({
	answer: "not applicable",
	finding,
	where,
	reason,
});

/** The id under which a verdict is excepted, baselined or mapped. */
export const findingId = (rule: string, verdict: Pick<Verdict, "finding">): string =>
	verdict.finding === "" ? rule : `${rule}/${verdict.finding}`;

/** Finding of a rule that broke down on a stack; every rule has it, none names it. */
export const UNFORESEEN = "unforeseen";
