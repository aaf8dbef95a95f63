/**
 * A whole judgement of a stack as data, for those who are no engine: every finding with its level, the exceptions in
 * force, what could not be told and what was not applicable. Formats are the command line's.
 */

import type { Clause } from "../charter/clauses/clause.ts";
import { CLAUSES } from "../charter/clauses.ts";
import type { Analysis } from "./analysis.ts";
import type { ExceptionRecord } from "./exceptions.ts";
import type { ResourceNode, SourcePosition } from "./graph/node.ts";
import type { PackSettings } from "./levels.ts";
import { clauseOf, pageOf } from "./message.ts";
import { CHARTER, charterViolations, type Violation, violationsOf } from "./violations.ts";

export interface Finding {
	/** As in "api-tenant-throttling/usage-plan". */
	id: string;
	policy: string;
	/** What it does to the stack: a mandatory one blocks. */
	level: "mandatory" | "advisory";
	severity: Clause["severity"];
	/** Not told yet: a value is unknown before the update. */
	answer: "fail" | "cannot tell";
	/** Undefined where the stack as a whole is meant. */
	resource?: { type: string; name: string; urn: string; source?: SourcePosition };
	/** What, where, why and the smallest fix. */
	message: string;
	/** Address of the policy's page. */
	page: string;
	/** The same for the same finding on the same resource, from run to run: id, type and name. */
	fingerprint: string;
	/** Was there before, so it does not block. */
	isKnown?: true;
}

export interface PolicySummary {
	name: string;
	title: string;
	level: "mandatory" | "advisory" | "disabled";
	severity: Clause["severity"];
	howToComply: string;
	page: string;
	/** Nothing in the stack is what it is about. */
	isApplicable: boolean;
}

export interface Report {
	/** How many resources were judged. */
	resources: number;
	policies: PolicySummary[];
	/** Mandatory ones first, then by policy and resource. */
	findings: Finding[];
	/** Exceptions in force, with how many findings each accepts. */
	exceptions: { record: ExceptionRecord; findings: number }[];
}

/** Judges a stack by every policy that the settings leave on. */
export function reportOf(analysis: Analysis, { levelOf, given }: PackSettings): Report {
	analysis.judgeAll();
	const findings: Finding[] = [];
	const policies: PolicySummary[] = [];
	const add = (policy: string, clause: Clause, isApplicable: boolean, violations: () => Finding[]): void => {
		const set = levelOf(policy) ?? clause.level;
		// No provider is at hand to apply a remedy, so what would be mended is still to be mended.
		const level = set === "remediate" ? "mandatory" : set;
		const { title, severity, howToComply } = clause;
		policies.push({ name: policy, title, level, severity, howToComply, page: pageOf(policy), isApplicable });
		if (level === "disabled") return;
		for (const finding of violations())
			findings.push({ ...finding, level: finding.level === "advisory" ? "advisory" : level });
	};
	add(CHARTER, CLAUSES[CHARTER], true, () =>
		charterViolations(analysis, given)
			.filter(({ id }) => id !== `${CHARTER}/exception-in-force`)
			.map((violation) => findingOf(CHARTER, CLAUSES[CHARTER], violation, undefined, "fail")),
	);
	for (const rule of analysis.rules) {
		const { verdicts, excepted } = analysis.judge(rule);
		const isApplicable = excepted.length > 0 || verdicts.some(({ answer }) => answer !== "not applicable");
		const clause = clauseOf(rule);
		add(rule.name, clause, isApplicable, () =>
			verdicts.flatMap((verdict) =>
				violationsOf(rule, [verdict], analysis.config.config.unknowns).map((violation) =>
					findingOf(rule.name, clause, violation, verdict.where, verdict.answer === "fail" ? "fail" : "cannot tell"),
				),
			),
		);
	}
	return {
		resources: analysis.stack.nodes.length,
		policies,
		findings: findings.sort(byWeight),
		exceptions: analysis.exceptions.inForce().map(({ record, findings: accepted }) => ({ record, findings: accepted })),
	};
}

function findingOf(
	policy: string,
	clause: Clause,
	{ id, message, enforcementLevel }: Violation,
	where: ResourceNode | undefined,
	answer: Finding["answer"],
): Finding {
	return {
		id,
		policy,
		level: enforcementLevel ?? "mandatory",
		severity: clause.severity,
		answer,
		...(where ? { resource: resourceOf(where) } : {}),
		message,
		page: pageOf(policy),
		fingerprint: `${id} ${where ? `${where.declaredType}::${where.name}` : "stack"}`,
	};
}

const resourceOf = ({ declaredType, name, urn, source }: ResourceNode): Finding["resource"] & object => ({
	type: declaredType,
	name,
	urn,
	...(source ? { source } : {}),
});

/** Whether a finding blocks: it is mandatory, and it was not there before. */
export const blocks = ({ level, isKnown }: Finding): boolean => level === "mandatory" && !isKnown;

/** Findings that may be known from before: faults in the config and in exceptions never are. */
export const canBeKnown = ({ policy }: Finding): boolean => policy !== CHARTER;

/** The report with the findings that were there before marked as known. */
export const withKnown = (report: Report, fingerprints: ReadonlySet<string>): Report => ({
	...report,
	findings: report.findings
		.map((finding) =>
			canBeKnown(finding) && fingerprints.has(finding.fingerprint) ? { ...finding, isKnown: true as const } : finding,
		)
		.sort(byWeight),
});

const weightOf = (finding: Finding): number => (blocks(finding) ? 0 : finding.level === "mandatory" ? 1 : 2);

function byWeight(a: Finding, b: Finding): number {
	return weightOf(a) - weightOf(b) || a.fingerprint.localeCompare(b.fingerprint);
}
