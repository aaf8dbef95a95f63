/** A baseline: the violations of one day, by fingerprint, so that only new ones block. A file to commit and to shorten. */
import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { Unjudgeable } from "../../policies/offline/unjudgeable.ts";
import { canBeKnown, type Report } from "../../policies/report.ts";
import { readInput } from "./files.ts";

const VERSION = 1;
const Baseline = z.strictObject({ version: z.literal(VERSION), violations: z.array(z.string().min(1)) });

/**
 * The fingerprints of a baseline's text.
 * @throws {Unjudgeable}
 */
export function parseBaseline(text: string, source: string): Set<string> {
	let document: unknown;
	try {
		document = JSON.parse(text);
	} catch (cause) {
		throw new Unjudgeable(
			`${source} is no JSON, so it is no baseline. Write one by --write-baseline ${source}, and commit it.`,
			{ cause },
		);
	}
	const baseline = Baseline.safeParse(document);
	if (baseline.success) return new Set(baseline.data.violations);
	const [issue] = baseline.error.issues;
	throw new Unjudgeable(
		`${source} is no baseline: ${issue?.path.join(".") || "the file"}: ${issue?.message}. Write one by --write-baseline ${source}.`,
	);
}

/** @throws {Unjudgeable} */
export const readBaseline = async (file: string): Promise<Set<string>> => parseBaseline(await readInput(file), file);

/** The mandatory violations of a report, as {@link parseBaseline} reads them: one a line, so that a diff shows each. */
export function baselineOf({ findings }: Report): string {
	const mandatory = findings.filter((finding) => finding.level === "mandatory" && canBeKnown(finding));
	const violations = [...new Set(mandatory.map(({ fingerprint }) => fingerprint))].sort();
	return `${JSON.stringify({ version: VERSION, violations }, null, "\t")}\n`;
}

/** @throws {Unjudgeable} where it cannot be written */
export async function writeOutput(file: string, text: string): Promise<void> {
	await writeFile(file, text).catch((cause: unknown) => {
		throw new Unjudgeable(`${file} cannot be written: ${cause instanceof Error ? cause.message : cause}.`, { cause });
	});
}
