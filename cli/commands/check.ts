/**
 * `triplane check`: judges a program, a stack's state or a preview by the charter, without any cloud or engine, and
 * reports in a format that people or CI read.
 */
import { readFileSync } from "node:fs";
import { TriplaneError } from "../../charter/errors.ts";
import { Analysis } from "../../policies/analysis.ts";
import { packSettings } from "../../policies/levels.ts";
import { RULES } from "../../policies/pack.ts";
import { blocks, type Report, reportOf, withKnown } from "../../policies/report.ts";
import { CHARTER } from "../../policies/violations.ts";
import { baselineOf, parseBaseline, readBaseline, writeOutput } from "../check/baseline.ts";
import { readPackConfig } from "../check/files.ts";
import { jsonOf } from "../check/formats/json.ts";
import type { Judged } from "../check/formats/judged.ts";
import { junitOf } from "../check/formats/junit.ts";
import { markdownOf } from "../check/formats/markdown.ts";
import { sarifOf } from "../check/formats/sarif.ts";
import { tableOf } from "../check/formats/table.ts";
import { type Source, sourceOf } from "../check/source.ts";

const FORMATS = {
	table: tableOf,
	json: jsonOf,
	sarif: sarifOf,
	junit: junitOf,
	markdown: markdownOf,
} as const satisfies Record<string, (report: Report, judged: Judged) => string>;
type Format = keyof typeof FORMATS;
export const FORMAT_NAMES: readonly string[] = Object.keys(FORMATS);

/** 0 no mandatory violation · 1 some · 2 could not be judged. */
const EXIT = { clean: 0, violations: 1, unjudgeable: 2 } as const;

export interface CheckOptions {
	state?: string;
	preview?: string;
	stack?: string;
	config?: string;
	format: Format;
	output?: string;
	baseline?: string;
	writeBaseline?: string;
	timeoutSeconds: number;
}

/**
 * @param program path of its entry; undefined where a state or a preview is judged
 * @param interrupted rejects when the user stops the check
 * @returns the exit code
 */
export async function check(
	program: string | undefined,
	options: CheckOptions,
	interrupted: Promise<never>,
): Promise<number> {
	try {
		const source = await sourceOf(program, options, interrupted);
		const report = await judged(source, options);
		const pack = packOf();
		const text = FORMATS[options.format](report, { source: source.name, pack, notes: source.notes });
		if (options.output === undefined) process.stdout.write(text);
		else await writeOutput(options.output, text);
		for (const note of source.notes) console.error(`Note: ${note}`);
		return report.findings.some(blocks) ? EXIT.violations : EXIT.clean;
	} catch (error) {
		// An interruption is not the check's own failure: whoever interrupts knows its exit code.
		if (!(error instanceof TriplaneError) || error.name === "Interrupted") throw error;
		console.error(error.message);
		return EXIT.unjudgeable;
	}
}

async function judged({ resources, fromStack }: Source, options: CheckOptions): Promise<Report> {
	const { config, baseline, writeBaseline } = options;
	const settings = packSettings(config === undefined ? undefined : await readPackConfig(config), config ?? "");
	const analysis = new Analysis({
		resources,
		config: settings.given.get(CHARTER),
		fromStack,
		rules: RULES,
		today: new Date().toISOString().slice(0, 10),
	});
	const report = reportOf(analysis, settings);
	const known = baseline === undefined ? new Set<string>() : await readBaseline(baseline);
	if (writeBaseline === undefined) return withKnown(report, known);
	const text = baselineOf(report);
	await writeOutput(writeBaseline, text);
	return withKnown(report, parseBaseline(text, writeBaseline));
}

/** The pack by the name and version that its own package has. */
function packOf(): Judged["pack"] {
	const file = new URL("../../policies/package.json", import.meta.url);
	const { name, version }: { name: string; version: string } = JSON.parse(readFileSync(file, "utf8"));
	return { name, version };
}
