/**
 * Rules as CrossGuard policies: one stack policy a rule, so that each has its level and its name in the engine's output,
 * over one analysis shared by all of them. Constructs no pack: index.ts does.
 */

import type {
	ReportViolation,
	ResourceValidationPolicy,
	Severity,
	StackValidationArgs,
	StackValidationPolicy,
} from "@pulumi/policy";
import { Config } from "@pulumi/pulumi";
import type { Clause } from "../charter/clauses/clause.ts";
import { CLAUSES } from "../charter/clauses.ts";
import { Analysis } from "./analysis.ts";
import { CONFIG_KEYS, parseConfig } from "./config.ts";
import { engineConfig } from "./engine-config.ts";
import { engineInputs, keepEngineInputs } from "./engine-inputs.ts";
import type { ResourceInput } from "./graph/node.ts";
import { clauseOf, pageOf } from "./message.ts";
import { NAMESPACE, type OwnSettings, ownSettings } from "./own-settings.ts";
import { mended, type Remediation } from "./remediation.ts";
import type { Rule } from "./rule.ts";
import { CHARTER, charterViolations, type Violation, violationsOf } from "./violations.ts";

/**
 * Reports one violation. The SDK's server takes an object too, with a level of its own and no description put before the
 * message; its declarations only know of text, so the call is made by reflection.
 */
const tell = (report: ReportViolation, violation: Violation): void => {
	Reflect.apply(report, undefined, [violation]);
};

/** The policies of a pack: the charter's own first, for it hands the config to the others. */
export function policiesOf(rules: readonly Rule[], remediations: readonly Remediation[] = []): StackValidationPolicy[] {
	const analysisOf = sharedAnalysis(rules);
	const charter: StackValidationPolicy = {
		...metadata(CHARTER, CLAUSES[CHARTER]),
		configSchema: { properties: Object.fromEntries(CONFIG_KEYS.map((key) => [key, {}])) },
		validateStack: (args, report) => {
			for (const violation of charterViolations(analysisOf(args), engineConfig())) tell(report, violation);
		},
	};
	return [
		charter,
		...rules.map((rule) => {
			const remediation = remediations.find((each) => each.rule === rule);
			return { ...policyOf(rule, analysisOf), ...(remediation ? { remediateResource: remediate(remediation) } : {}) };
		}),
	];
}

/** The engine calls it at the level "remediate" alone, before the resource is judged. */
const remediate =
	(remediation: Remediation): NonNullable<ResourceValidationPolicy["remediateResource"]> =>
	({ type, name, urn, provider }) => {
		const inputs = engineInputs(urn);
		if (!inputs) return undefined;
		const { config } = parseConfig(engineConfig()?.get(CHARTER), stacksOwn());
		const whole = mended(remediation, { type, name, urn, inputs, ...(provider ? { provider } : {}) }, config, today());
		if (!whole) return undefined;
		keepEngineInputs(urn, whole);
		return whole;
	};

const today = (): string => new Date().toISOString().slice(0, 10);

function policyOf(rule: Rule, analysisOf: (args: StackValidationArgs) => Analysis): StackValidationPolicy {
	return {
		...metadata(rule.name, clauseOf(rule)),
		validateStack: (args, report) => {
			const analysis = analysisOf(args);
			const { verdicts, excepted } = analysis.judge(rule);
			if (excepted.length === 0 && verdicts.every(({ answer }) => answer === "not applicable"))
				args.notApplicable("nothing in the stack is what this policy is about");
			for (const violation of violationsOf(rule, verdicts, analysis.config.config.unknowns)) tell(report, violation);
		},
	};
}

const metadata = (name: string, clause: Clause) => ({
	name,
	description: clause.title,
	enforcementLevel: clause.level,
	severity: clause.severity satisfies Severity,
	remediationSteps: clause.howToComply,
	url: pageOf(name),
});

/**
 * One analysis for all policies of a run. The SDK hands each policy its own copy of the resources, but runs them one
 * after the other within one turn of the event loop: what is built in a turn serves that turn.
 */
function sharedAnalysis(rules: readonly Rule[]): (args: StackValidationArgs) => Analysis {
	let current: { run: string; analysis: Analysis } | undefined;
	return ({ resources, getConfig }) => {
		const run = `${resources.length} ${resources[0]?.urn} ${resources.at(-1)?.urn}`;
		if (current?.run === run) return current.analysis;
		const analysis = new Analysis({
			resources: resources satisfies ResourceInput[],
			config: engineConfig()?.get(CHARTER) ?? getConfig(),
			fromStack: stacksOwn(),
			rules,
			today: today(),
		});
		current = { run, analysis };
		setImmediate(() => {
			current = undefined;
		});
		return analysis;
	};
}

const stacksOwn = (): OwnSettings => ownSettings((name) => new Config(NAMESPACE).get(name));
