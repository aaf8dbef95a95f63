/** Judges labelled cases in the harness's runs and counts: precision and recall where all is known, honesty at preview. */
import { Analysis } from "../../policies/analysis.ts";
import { RULES } from "../../policies/pack.ts";
import { findingId, type Rule, UNFORESEEN, type Verdict } from "../../policies/rule.ts";
import { type ResourceSpec, type Run, stackOf } from "../support/policies-stack.ts";
import { LEFT_OUT, NEUTRAL_RULES } from "./neutral-rules.ts";

export interface LabelledCase {
	id: string;
	/** Neutral name, or a policy or finding of the pack. */
	rule: string;
	expect: "pass" | "fail";
	resources: ResourceSpec[];
	config?: Record<string, unknown>;
	/** Why peers or facts disagree on the label; such a case is not scored. */
	contested?: string;
	/** The program states the provider's default, so the checked run cannot tell it from absence. */
	explicit_default?: boolean;
}

type Outcome = "pass" | "fail" | "cannot tell" | "crash";

/** One case in the three runs of the case format. */
export interface ScoredCase {
	labelled: LabelledCase;
	raw: Outcome;
	checked: Outcome;
	preview: Outcome;
}

export interface RuleScore {
	cases: number;
	uncontested: number;
	truePositives: number;
	falsePositives: number;
	falseNegatives: number;
	previewOpposite: number;
	crashes: number;
}

/** What judges a case: some findings of one rule, exactly or with their parts. */
interface Judge {
	rule: Rule;
	counts(id: string): boolean;
	/** Whether remarks that only advise count: where a finding is named, but not where a whole policy is. */
	countsAdvice: boolean;
}

/** The judge of a neutral name, or why the pack has none. */
export function judgeOf(name: string): Judge | { leftOut: string } {
	const findings = NEUTRAL_RULES[name];
	const ids = findings ?? [name];
	const rule = RULES.find((each) => ids.some((id) => id === each.name || id.startsWith(`${each.name}/`)));
	const reason = LEFT_OUT[name];
	if (reason !== undefined) return { leftOut: reason };
	if (!rule) return { leftOut: "the pack has no such rule" };
	const known = new Set([rule.name, ...rule.findings.map((finding) => `${rule.name}/${finding}`)]);
	if (!ids.every((id) => known.has(id))) return { leftOut: `${rule.name} has no such finding` };
	const isUnforeseen = (id: string) => id === `${rule.name}/${UNFORESEEN}`;
	const countsAdvice = name !== rule.name;
	if (findings) return { rule, countsAdvice, counts: (id) => findings.includes(id) || isUnforeseen(id) };
	return { rule, countsAdvice, counts: (id) => id === name || id.startsWith(`${name}/`) || isUnforeseen(id) };
}

/** Judges one case in one run. Never throws: a crash is an outcome. */
function outcomeOf(labelled: LabelledCase, { rule, counts, countsAdvice }: Judge, run: Run): Outcome {
	try {
		const analysis = new Analysis({
			resources: stackOf(labelled.resources, run),
			config: labelled.config,
			rules: RULES,
			today: "2026-11-24",
		});
		if (analysis.config.faults.length > 0) throw new Error(analysis.config.faults.join("; "));
		const { verdicts } = analysis.judge(rule);
		const counted = verdicts.filter(
			(verdict) => counts(findingId(rule.name, verdict)) && (countsAdvice || !isAdvice(verdict)),
		);
		if (verdicts.some(({ finding }) => finding === UNFORESEEN)) return "crash";
		if (counted.some(({ answer }) => answer === "fail")) return "fail";
		return counted.some(({ answer }) => answer === "cannot tell") ? "cannot tell" : "pass";
	} catch {
		return "crash";
	}
}

const isAdvice = (verdict: Verdict): boolean => verdict.answer === "fail" && verdict.level === "advisory";

/** A case in all its runs. */
export function scoreCase(labelled: LabelledCase, judge: Judge): ScoredCase {
	const [raw, checked, preview] = (["raw", "checked", "preview"] as const).map((run) =>
		outcomeOf(labelled, judge, run),
	);
	return { labelled, raw: raw ?? "crash", checked: checked ?? "crash", preview: preview ?? "crash" };
}

/** The counts of some cases. A fail is a positive; both known runs count, but where a default was stated in words. */
export function scoreOf(scored: readonly ScoredCase[]): RuleScore {
	const fair = scored.filter(({ labelled }) => labelled.contested === undefined);
	const known = fair.flatMap(({ labelled, raw, checked }) => {
		const outcomes = labelled.explicit_default ? [raw] : [raw, checked];
		return outcomes.map((outcome) => ({ label: labelled.expect, outcome }));
	});
	const count = (label: string, isFail: boolean) =>
		known.filter((each) => each.label === label && (each.outcome === "fail") === isFail).length;
	return {
		cases: scored.length,
		uncontested: fair.length,
		truePositives: count("fail", true),
		falsePositives: count("pass", true),
		falseNegatives: count("fail", false),
		previewOpposite: fair.filter(
			({ labelled, preview }) => (preview === "pass" || preview === "fail") && preview !== labelled.expect,
		).length,
		crashes: scored.flatMap(({ raw, checked, preview }) => [raw, checked, preview]).filter((each) => each === "crash")
			.length,
	};
}

export const precisionOf = ({ truePositives, falsePositives }: RuleScore): number =>
	truePositives + falsePositives === 0 ? 1 : truePositives / (truePositives + falsePositives);

export const recallOf = ({ truePositives, falseNegatives }: RuleScore): number =>
	truePositives + falseNegatives === 0 ? 1 : truePositives / (truePositives + falseNegatives);
