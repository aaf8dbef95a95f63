/** The part of the story in which a careless program meets the pack: every violation with what to change. */

import type { Clause } from "../../charter/clauses/clause.ts";
import { CLAUSES } from "../../charter/clauses.ts";
import { TriplaneError } from "../../charter/errors.ts";
import type { Violation } from "../report.ts";

/** What the preview of the careless program must give. */
export interface Preview {
	ok: boolean;
	violations: readonly (Violation & { level: "advisory" | "mandatory" })[];
}

/**
 * The violations for which the engine refused a program.
 * @throws {TriplaneError} where the engine let it pass: then the pack does not do its work
 */
export function rejectionOf(program: string, preview: Preview): Violation[] {
	const mandatory = preview.violations.filter(({ level }) => level === "mandatory");
	if (preview.ok || mandatory.length === 0)
		throw new TriplaneError(
			`The engine let ${program} pass, which breaks the charter on purpose: the pack is not enforced.`,
		);
	return mandatory.map(({ policy, resource, message }) => ({ policy, resource, message }));
}

/** A violation begins with its finding and the resource it is on: `[id] Kind "name" what is wrong.` */
const SUBJECT = /^\[(?<id>[^\]]+)\] (?<subject>\w+ "[^"]*") (?<rest>.*)$/s;
const NAMED_SUBJECTS = 2;

/** The violations as lines for people: each finding once, what is wrong with which resources, and what to change. */
export function linesOf(violations: readonly Violation[]): string[] {
	const lines = new Map<string, { id: string; subjects: string[]; rest: string }>();
	for (const { policy, message } of violations) {
		const folded = message.replaceAll(/\s*\n\s*/g, " ");
		const { id = policy, subject = "", rest = folded } = SUBJECT.exec(folded)?.groups ?? {};
		const [what = rest, ...fix] = withoutReason(policy, rest);
		const shown = [what, ...fix.map((text) => `\n      → ${text}`)].join("");
		const line = lines.get(`${id} ${shown}`) ?? { id, subjects: [], rest: shown };
		line.subjects.push(subject);
		lines.set(`${id} ${shown}`, line);
	}
	return [...lines.values()].flatMap(({ id, subjects, rest }) => {
		const more = subjects.length - NAMED_SUBJECTS;
		const named = subjects.slice(0, NAMED_SUBJECTS).join(", ") + (more > 0 ? ` and ${more} more` : "");
		const text = [named, rest].filter(Boolean).join(subjects.length > 1 ? ": " : " ");
		return [`    ${id}`, ...`      ${text}`.split("\n")];
	});
}

/** What is wrong, and what to change: the message without the reason between, which is the clause's own. */
function withoutReason(policy: string, text: string): string[] {
	const clause = Object.entries<Clause>(CLAUSES).find(([name]) => name === policy)?.[1];
	const reasons = clause ? [clause.because, ...Object.values(clause.becauseOf ?? {})] : [];
	const reason = reasons.find((because) => text.includes(` ${because} `));
	return reason ? text.split(` ${reason} `) : [text];
}
