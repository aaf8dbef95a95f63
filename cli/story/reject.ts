/** The part of the story in which a careless program meets the pack: every violation with what to change. */
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

/** The violations as lines for people, each policy once. */
export function linesOf(violations: readonly Violation[]): string[] {
	const byPolicy = Map.groupBy(violations, ({ policy }) => policy);
	return [...byPolicy].flatMap(([policy, found]) => [
		`    ${policy}`,
		...found.map(({ message }) => `      • ${message.replaceAll(/\s*\n\s*/g, " ")}`),
	]);
}
