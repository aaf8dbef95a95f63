/** What the whole pack says of the ordinary programs, and what docs/policies/noise.md says that it says. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CLAUSES } from "../../charter/clauses.ts";
import { Analysis } from "../../policies/analysis.ts";
import { RULES } from "../../policies/pack.ts";
import { findingId } from "../../policies/rule.ts";
import { type Program, resourcesOf } from "./policies-programs.ts";

const root = join(import.meta.dirname, "../..");
const programs = join(root, "tests/programs");

/** One line of the page: a finding, and the resources of a program that have it. */
export interface NoiseRow {
	finding: string;
	/** As in `Function "worker"`; sorted. */
	on: string[];
	level: string;
}

export interface ReviewedRow extends NoiseRow {
	verdict: string;
	why: string;
}

/** The ordinary programs' files, sorted. */
export const ordinaryPrograms = (): string[] =>
	readdirSync(programs)
		.filter((file) => file.startsWith("ordinary-"))
		.sort();

/** Every fail of the pack on a program, advice included, without config. */
export async function findingsOn(file: string, run: "preview" | "applied"): Promise<NoiseRow[]> {
	const program: Program = (await import(join(programs, file))).default;
	const analysis = new Analysis({ resources: await resourcesOf(program, run), rules: RULES, today: "2026-11-24" });
	const found = RULES.flatMap((rule) =>
		analysis.judge(rule).verdicts.flatMap((verdict) => {
			if (verdict.answer !== "fail") return [];
			const clause = Object.entries(CLAUSES).find(([name]) => name === rule.name)?.[1];
			const level = verdict.level === "advisory" ? "advisory" : (clause?.level ?? "mandatory");
			return [{ finding: findingId(rule.name, verdict), on: verdict.where?.label ?? "the stack", level }];
		}),
	);
	return [...Map.groupBy(found, ({ finding, level }) => `${finding} ${level}`).values()]
		.flatMap((same) => {
			const [first] = same;
			return first ? [{ ...first, on: [...new Set(same.map(({ on }) => on))].sort() }] : [];
		})
		.sort((a, b) => a.finding.localeCompare(b.finding));
}

/** The page: its text, and its rows by program. */
export function readNoisePage(): { text: string; rows: Map<string, ReviewedRow[]> } {
	const text = readFileSync(join(root, "docs/policies/noise.md"), "utf8");
	const rows = new Map<string, ReviewedRow[]>();
	for (const section of text.split(/^## /m).slice(1)) {
		const [heading = ""] = section.split("\n", 1);
		const lines = [...section.matchAll(/^\| `([^`]+)` \| (.+?) \| (\w+) \| (\w+) \| (.+?) \|$/gm)];
		rows.set(
			heading.trim(),
			lines.map(([, finding = "", on = "", level = "", verdict = "", why = ""]) => ({
				finding,
				on: [...on.matchAll(/`([^`]+)`/g)].map(([, label = ""]) => label),
				level,
				verdict,
				why,
			})),
		);
	}
	return { text, rows };
}
