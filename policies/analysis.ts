/**
 * One analysis of one stack: the graph, the parsed config, and each rule's verdicts, every one made at most once.
 * In process and free of the policy SDK, so that the engine, the command line and tests all judge alike.
 */
import { type ParsedConfig, parseConfig } from "./config.ts";
import { Exceptions } from "./exceptions.ts";
import { statedIn } from "./exceptions-in-program.ts";
import type { ResourceInput } from "./graph/node.ts";
import { StackGraph } from "./graph/stack-graph.ts";
import { fail, type Rule, UNFORESEEN, type Verdict } from "./rule.ts";

export interface AnalysisInput {
	resources: readonly ResourceInput[];
	/** What the pack's config holds under `charter`. */
	config?: unknown;
	/** The stack's own settings, for models and tenants. */
	fromStack?: { models?: unknown; tenants?: unknown };
	/** Every rule of the pack, also those switched off: exceptions may name them. */
	rules: readonly Rule[];
	/** As in "2026-11-24", for exceptions that end. */
	today: string;
}

/** What a rule found after exceptions. */
export interface Judgement {
	verdicts: readonly Verdict[];
	/** Verdicts that an exception accepts. */
	excepted: readonly Verdict[];
}

export class Analysis {
	readonly stack: StackGraph;
	readonly config: ParsedConfig;
	readonly exceptions: Exceptions;
	readonly rules: readonly Rule[];
	readonly #judgements = new Map<string, Judgement>();

	constructor(input: AnalysisInput) {
		this.stack = new StackGraph(input.resources);
		this.config = parseConfig(input.config, input.fromStack);
		const { exceptions, inProgramExceptions: policy } = this.config.config;
		this.exceptions = new Exceptions(exceptions, input.rules, input.today, { records: statedIn(this.stack), policy });
		this.rules = input.rules;
	}

	/** What a rule says of the stack, exceptions taken out. Never throws: a rule's own fault is a verdict. */
	judge(rule: Rule): Judgement {
		const made = this.#judgements.get(rule.name);
		if (made) return made;
		const verdicts: Verdict[] = [];
		const excepted: Verdict[] = [];
		const note = (verdict: Verdict) => {
			const isOpen = verdict.answer === "fail" || verdict.answer === "cannot tell";
			(isOpen && this.exceptions.accepts(rule, verdict) ? excepted : verdicts).push(verdict);
		};
		try {
			for (const verdict of rule.check({ stack: this.stack, config: this.config.config })) note(verdict);
		} catch (error) {
			note(brokenDown(rule, error));
		}
		const judgement = { verdicts, excepted };
		this.#judgements.set(rule.name, judgement);
		return judgement;
	}

	/** Judges every rule of the pack, so that exceptions know whether they were used. */
	judgeAll(): void {
		for (const rule of this.rules) this.judge(rule);
	}
}

/** The last answer of a rule that breaks down: what it said before stands. */
const brokenDown = (rule: Rule, error: unknown): Verdict =>
	fail(
		undefined,
		{
			what: `could not be judged to the end: ${rule.name} met something unforeseen (${String(error)})`,
			fix: "Report this with the stack's shape, and except the finding until it is mended.",
		},
		UNFORESEEN,
	);
