/** Judging test stacks by one rule: what it says in each run of the harness, in words that a test can compare whole. */
import { expect } from "chai";
import { Analysis } from "../../policies/analysis.ts";
import type { Rule, Verdict } from "../../policies/rule.ts";
import { type ResourceSpec, type Run, stackOf } from "./policies-stack.ts";

export * from "./policies-stack.ts";

export interface JudgeOptions {
	run?: Run;
	/** The pack's config. */
	config?: Record<string, unknown>;
	/** @default "2026-11-24" */
	today?: string;
}

/** Every verdict of a rule on a stack, after exceptions. */
export function judge(rule: Rule, specs: readonly ResourceSpec[], options: JudgeOptions = {}): readonly Verdict[] {
	const { run = "raw", config = {}, today = "2026-11-24" } = options;
	const analysis = new Analysis({ resources: stackOf(specs, run), config, rules: [rule], today });
	expect(analysis.config.faults, "the test's config").to.deep.equal([]);
	const { verdicts, excepted } = analysis.judge(rule);
	for (const verdict of [...verdicts, ...excepted]) expectWords(verdict);
	return verdicts;
}

/** Every verdict says something, in the form in which a message puts it together. */
function expectWords(verdict: Verdict): void {
	if (verdict.answer === "fail") {
		expect(verdict.what, "what is wrong: words after a name, without an end").to.match(/^[a-z].*[^.\s]$/s);
		expect(verdict.fix, "how to mend it: a sentence").to.match(/^[A-Z].*\.$/s);
	}
	if (verdict.answer === "cannot tell")
		expect(verdict.what, "what it cannot tell: words after 'Cannot tell yet'").to.match(
			/^(whether|which|what|how|who) \S/,
		);
	if (verdict.answer === "not applicable") expect(verdict.reason).to.match(/\S/);
}

/** A verdict in words: `fail tenant-scorer`, with the finding where it has one: `fail jobs (visibility)`. */
const inWords = ({ answer, where, finding }: Verdict): string =>
	`${answer} ${where?.name ?? "stack"}${finding ? ` (${finding})` : ""}`;

/** The fails and "cannot tell"s of a rule, sorted. */
export const open = (rule: Rule, specs: readonly ResourceSpec[], options: JudgeOptions = {}): string[] =>
	judge(rule, specs, options)
		.filter(({ answer }) => answer === "fail" || answer === "cannot tell")
		.map(inWords)
		.sort();

/** All answers, passes and "not applicable" included, sorted. */
export const answers = (rule: Rule, specs: readonly ResourceSpec[], options: JudgeOptions = {}): string[] =>
	judge(rule, specs, options).map(inWords).sort();

/** What a fail says: `{ what, fix }` of the first one. */
export function firstFault(rule: Rule, specs: readonly ResourceSpec[], options: JudgeOptions = {}) {
	const verdict = judge(rule, specs, options).find(({ answer }) => answer === "fail");
	return verdict?.answer === "fail" ? { what: verdict.what, fix: verdict.fix } : undefined;
}

/**
 * Expects the same in every run: exactly these fails where all is known, and at preview each of them failed or not told
 * yet, and nothing else failed.
 * @param fails as in {@link open}, without the word "fail": `jobs (visibility)`
 */
export function expectFails(rule: Rule, specs: readonly ResourceSpec[], fails: readonly string[], config = {}): void {
	const expected = fails.map((fail) => `fail ${fail}`).sort();
	for (const run of ["raw", "checked", "applied"] as const)
		expect(open(rule, specs, { run, config }), `in the ${run} run`).to.deep.equal(expected);
	const atPreview = open(rule, specs, { run: "preview", config });
	const failed = atPreview.filter((each) => each.startsWith("fail "));
	expect(expected, "at preview").to.include.members(failed);
	if (expected.length > 0) expect(atPreview, "at preview, nothing was said").to.not.deep.equal([]);
}

/** Expects that a rule accepts a stack in every run; at preview it may not be able to tell. */
export const expectAccepts = (rule: Rule, specs: readonly ResourceSpec[], config = {}): void =>
	expectFails(rule, specs, [], config);
