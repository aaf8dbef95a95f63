/**
 * Verdicts as violations: what the engine, or a report, is told. A rule's level is the engine's to know; only what must
 * not have it carries a level of its own.
 */
import type { Analysis } from "./analysis.ts";
import { CONFIG_KEYS, type PackConfig } from "./config.ts";
import type { RecordFault } from "./exceptions.ts";
import { messageOf } from "./message.ts";
import { findingId, type Rule, type Verdict } from "./rule.ts";

/** Name of the policy that holds the pack's config, and reports what is wrong with it. */
export const CHARTER = "charter";

/** The engine's own name for the level of every policy that the config does not name. */
const ALL = "all";

export interface Violation {
	/** Finding id; the engine ignores it, reports do not. */
	id: string;
	message: string;
	urn?: string;
	/** Only where it differs from the level of the policy. */
	enforcementLevel?: "advisory";
}

/** The violations among a rule's verdicts; "cannot tell" blocks only where the config says so, and is never silent. */
export function violationsOf(rule: Rule, verdicts: readonly Verdict[], unknowns: PackConfig["unknowns"]): Violation[] {
	return verdicts.flatMap((verdict) => {
		if (verdict.answer !== "fail" && verdict.answer !== "cannot tell") return [];
		const advises = verdict.answer === "fail" ? verdict.level === "advisory" : unknowns === "warn";
		return [
			{
				id: findingId(rule.name, verdict),
				message: messageOf(rule, verdict),
				...(verdict.where ? { urn: verdict.where.urn } : {}),
				...(advises ? { enforcementLevel: "advisory" } : {}),
			} satisfies Violation,
		];
	});
}

/**
 * What the charter itself has to say: faults in the config and in exceptions, and which exceptions are in force.
 * @param given config by policy name as the engine sent it, where it could be seen
 */
export function charterViolations(
	analysis: Analysis,
	given: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map(),
): Violation[] {
	analysis.judgeAll();
	const { config, exceptions, rules } = analysis;
	const known = new Set([CHARTER, ...rules.map(({ name }) => name)]);
	const inConfig = [
		...config.faults.map((fault) => `The pack's config is at fault: ${fault}. Correct it under "${CHARTER}".`),
		...[...given].flatMap(([policy, keys]) => misplaced(policy, Object.keys(keys), known)),
	];
	return [
		...inConfig.map((message) => ({ id: `${CHARTER}/config`, message: `[${CHARTER}/config] ${message}` })),
		...[...exceptions.faults, ...exceptions.unused()].map(faultyRecord),
		...exceptions.inForce().map(
			({ record, findings }): Violation => ({
				id: `${CHARTER}/exception-in-force`,
				message: `[${CHARTER}/exception-in-force] ${record.rule} on ${record.resource} accepts ${findings} finding(s) until ${record.expiry}: ${record.reason} (${record.owner}, ${record.ticket})`,
				enforcementLevel: "advisory",
			}),
		),
	];
}

function misplaced(policy: string, keys: readonly string[], known: ReadonlySet<string>): string[] {
	if (policy !== ALL && !known.has(policy))
		return [`The config names a policy "${policy}" that the pack does not have. Use one of ${[...known].join(", ")}.`];
	if (policy === CHARTER) return [];
	return keys.map((key) =>
		CONFIG_KEYS.includes(key)
			? `The config sets "${key}" under "${policy}". Set it under "${CHARTER}": all policies read it there.`
			: `The config sets "${key}" under "${policy}", which has no config but its level. Remove it.`,
	);
}

const faultyRecord = ({ kind, what, fix }: RecordFault): Violation => {
	const id = `${CHARTER}/exception-${kind}`;
	return { id, message: `[${id}] ${what}. ${fix}` };
};
