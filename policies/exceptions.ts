/**
 * Exceptions as records: which finding is accepted on which resource, why, by whom, and until when. A record that is
 * incomplete, mistyped, expired or unused is a violation itself, and excepts nothing.
 */
import { z } from "zod";
import type { StatedRecord } from "./exceptions-in-program.ts";
import type { ResourceNode } from "./graph/node.ts";
import { findingId, type Rule, UNFORESEEN, type Verdict } from "./rule.ts";

const words = (what: string, minimum: number) =>
	z
		.string({ error: `missing: ${what}` })
		.refine((text) => text.trim().length >= minimum, { error: `says too little: ${what}` });

const ExceptionRecord = z.strictObject({
	/** Name of a policy, or id of one finding, as in "api-tenant-throttling/usage-plan". */
	rule: z.string({ error: "missing: the policy or finding that is accepted" }),
	/** Glob over the resource's URN, "type::name" or name; * stands for any text. */
	resource: words('the resource, as in "*::tenant-scorer"', 1),
	reason: words("why the finding is accepted, in a sentence", 10),
	owner: words("who answers for it", 1),
	ticket: words("where it is tracked", 1),
	/** Last day on which it holds. */
	expiry: z.iso.date({ error: 'the last day on which it holds, as in "2027-06-30"' }),
});
export type ExceptionRecord = z.output<typeof ExceptionRecord>;

export interface RecordFault {
	kind: "incomplete" | "unknown-rule" | "expired" | "unused" | "forbidden";
	/** Which record, and what is wrong with it. */
	what: string;
	fix: string;
}

/** The exceptions in force, and what is wrong with the others. */
export class Exceptions {
	readonly faults: RecordFault[] = [];
	readonly #inForce: { record: ExceptionRecord; resource: RegExp; findings: number }[] = [];

	/**
	 * @param records as the config gives them
	 * @param rules whose names and findings a record may name
	 * @param today as in "2026-11-24"
	 * @param stated what the program says itself, and whether the config lets it
	 */
	constructor(
		records: readonly unknown[],
		rules: readonly Rule[],
		today: string,
		stated: { records: readonly StatedRecord[]; policy: "allow" | "forbid" } = { records: [], policy: "allow" },
	) {
		const ids = new Set(
			rules.flatMap((rule) => [rule.name, ...[...rule.findings, UNFORESEEN].map((id) => `${rule.name}/${id}`)]),
		);
		const inConfig = records.map((raw, i): StatedRecord => ({ name: `exceptions[${i}]`, raw }));
		for (const { name: at, raw } of [...inConfig, ...(stated.policy === "allow" ? stated.records : [])]) {
			if (raw === undefined) {
				this.faults.push({
					kind: "incomplete",
					what: `${at} is not known before the update`,
					fix: "Name the resource by its URN or its name in the program, which are known at preview.",
				});
				continue;
			}
			const parsed = ExceptionRecord.safeParse(raw);
			if (!parsed.success) {
				const [issue] = parsed.error.issues;
				const path = issue?.path.join(".") || "the record";
				this.faults.push({
					kind: "incomplete",
					what: `${at} is not complete: ${path}: ${issue?.message}`,
					fix: "Give rule, resource, reason, owner, ticket and expiry.",
				});
				continue;
			}
			const record = parsed.data;
			const name = `${at} (${record.rule} on ${record.resource})`;
			if (!ids.has(record.rule))
				this.faults.push({
					kind: "unknown-rule",
					what: `${name} names no policy or finding of this pack`,
					fix: "Correct the rule's name, or remove the record.",
				});
			else if (record.expiry < today)
				this.faults.push({
					kind: "expired",
					what: `${name} expired on ${record.expiry}`,
					fix: `Mend the resource, or have ${record.owner} renew the record with a new reason (${record.ticket}).`,
				});
			else this.#inForce.push({ record, resource: glob(record.resource), findings: 0 });
		}
		if (stated.policy === "forbid")
			for (const { name } of stated.records)
				this.faults.push({
					kind: "forbidden",
					what: `${name} is an exception in the program, which this pack's config forbids`,
					fix: "Move the record to the config's exceptions.",
				});
	}

	/** Whether a verdict is accepted; the record that accepts it counts as used. */
	accepts(rule: Rule, verdict: Pick<Verdict, "finding" | "where">): boolean {
		const id = findingId(rule.name, verdict);
		for (const exception of this.#inForce) {
			const { record } = exception;
			if (id !== record.rule && !id.startsWith(`${record.rule}/`)) continue;
			if (!namesOf(verdict.where).some((name) => exception.resource.test(name))) continue;
			exception.findings += 1;
			return true;
		}
		return false;
	}

	/** Those in force, with how many findings each accepted; call it when every rule has been judged. */
	inForce(): readonly { record: ExceptionRecord; findings: number }[] {
		return this.#inForce.filter(({ findings }) => findings > 0);
	}

	/** Records that accepted nothing; call it when every rule has been judged. */
	unused(): RecordFault[] {
		return this.#inForce
			.filter(({ findings }) => findings === 0)
			.map(({ record }) => ({
				kind: "unused",
				what: `The exception to ${record.rule} on ${record.resource} accepts nothing in this stack`,
				fix: `Remove the record (${record.owner}, ${record.ticket}).`,
			}));
	}
}

/** What a glob is held against; the stack as a whole has the name "stack". */
const namesOf = (where: ResourceNode | undefined): string[] =>
	where
		? [where.urn, ...[where.declaredType, where.type].map((type) => `${type}::${where.name}`), where.name]
		: ["stack"];

function glob(pattern: string): RegExp {
	const escaped = pattern
		.split(/\*+/)
		.map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
		.join(".*");
	return new RegExp(`^${escaped}$`, "s");
}
