/** A report in numbers and sentences, the same in every format that people read. */
import { blocks, type Finding, type Report } from "../../../policies/report.ts";

export interface Counts {
	/** Mandatory, and not known from a baseline. */
	blocking: number;
	/** Mandatory, and known from a baseline. */
	known: number;
	advisory: number;
	/** Of the advisory ones and the others: not told yet. */
	cannotTell: number;
}

export function countsOf({ findings }: Report): Counts {
	const count = (is: (finding: Finding) => boolean): number => findings.filter(is).length;
	return {
		blocking: count(blocks),
		known: count(({ isKnown }) => isKnown === true),
		advisory: count(({ level, answer, isKnown }) => level === "advisory" && answer === "fail" && !isKnown),
		cannotTell: count(({ answer }) => answer === "cannot tell"),
	};
}

/** `1 violation`, `2 violations`. */
const counted = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

/** What came out, in one line. */
export function verdictOf(report: Report): string {
	const { blocking, known, advisory, cannotTell } = countsOf(report);
	const parts = [
		counted(blocking, "mandatory violation"),
		...(known > 0 ? [`${known} known from the baseline`] : []),
		`${advisory} advisory`,
		...(cannotTell > 0 ? [`${cannotTell} not told yet`] : []),
	];
	return `${parts.join(", ")}: ${counted(report.resources, "resource")} judged by ${counted(active(report).length, "policy", "policies")}.`;
}

/** Policies that were not applicable, in one line; undefined where there are none. */
export function notApplicableIn(report: Report): string | undefined {
	const idle = active(report).filter(({ isApplicable }) => !isApplicable);
	if (idle.length === 0) return undefined;
	return `${counted(idle.length, "policy", "policies")} found nothing to judge: ${idle.map(({ name }) => name).join(", ")}.`;
}

const active = ({ policies }: Report) => policies.filter(({ level }) => level !== "disabled");

/** The exceptions in force, one a line. */
export const exceptionsIn = ({ exceptions }: Report): string[] =>
	exceptions.map(
		({ record, findings }) =>
			`Exception in force: ${record.rule} on ${record.resource} accepts ${findings} until ${record.expiry}: ${record.reason} (${record.owner}, ${record.ticket}).`,
	);

/** How a finding's weight is named. */
export function levelOf(finding: Finding): string {
	if (finding.isKnown) return "known";
	return finding.answer === "cannot tell" && finding.level === "advisory" ? "not told yet" : finding.level;
}

/** `Function "score"`, or the stack. */
export const subjectOf = ({ resource }: Finding): string =>
	resource ? `${resource.type.slice(resource.type.lastIndexOf(":") + 1)} "${resource.name}"` : "the stack";

/** The message without the id before it, which formats show apart. */
export const sentencesOf = ({ id, message }: Finding): string =>
	message.startsWith(`[${id}] `) ? message.slice(id.length + "[] ".length) : message;

/** Findings that say the same of several resources. */
export interface Group {
	id: string;
	level: string;
	subjects: string[];
	/** What is said of each, without its name where it begins with that. */
	text: string;
}

/** The findings in their order, those that say the same gathered at the first. */
export function grouped(findings: readonly Finding[]): Group[] {
	const groups = new Map<string, Group>();
	for (const finding of findings) {
		const [level, subject, sentences] = [levelOf(finding), subjectOf(finding), sentencesOf(finding)];
		const text = sentences.startsWith(`${subject} `) ? sentences.slice(subject.length + 1) : sentences;
		const key = JSON.stringify([finding.id, level, text]);
		const group = groups.get(key);
		if (group) group.subjects.push(subject);
		else groups.set(key, { id: finding.id, level, subjects: [subject], text });
	}
	return [...groups.values()];
}
