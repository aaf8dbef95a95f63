/** The words of a violation: what, where, why and the smallest fix. */

import type { Clause } from "../charter/clauses/clause.ts";
import { CLAUSES } from "../charter/clauses.ts";
import { findingId, type Rule, type Verdict } from "./rule.ts";

/** Path of a policy's page, from the root of this repository. */
export const pageOf = (policy: string): string => `docs/policies/${policy}.md`;

/** The clause of a rule; a rule without one cannot be listed (the registry test holds it). */
export function clauseOf(rule: Pick<Rule, "name">): Clause {
	const clause = Object.entries<Clause>(CLAUSES).find(([name]) => name === rule.name)?.[1];
	if (!clause) throw new Error(`charter/clauses.ts has no clause "${rule.name}": add one beside the rule.`);
	return clause;
}

/** @example `[timeout-chain/visibility] Queue "jobs" is … Because … Set …` */
export function messageOf(rule: Rule, verdict: Extract<Verdict, { answer: "fail" | "cannot tell" }>): string {
	const subject = verdict.where?.label ?? "The stack";
	const tag = `[${findingId(rule.name, verdict)}]`;
	const clause = clauseOf(rule);
	const because = clause.becauseOf?.[verdict.finding] ?? clause.because;
	if (verdict.answer === "fail") return `${tag} ${subject} ${verdict.what}. ${because} ${verdict.fix}`;
	if (verdict.reason !== undefined)
		return `${tag} Cannot tell ${verdict.what}: "${verdict.property}" of ${subject} ${verdict.reason}. ${because}`;
	return `${tag} Cannot tell yet ${verdict.what}: "${verdict.property}" of ${subject} is not known before the update. ${because} Give it a value known at preview, or have the pack reject what it cannot tell (unknowns: reject).`;
}
