/** A report as a table for a terminal. */
import Table from "cli-table3";
import type { Report } from "../../../policies/report.ts";
import { exceptionsIn, grouped, notApplicableIn, verdictOf } from "./summary.ts";

const DEFAULT_COLUMNS = 120;
const NARROWEST_COLUMNS = 80;
const SIDE_COLUMNS = { level: 14, resource: 34 };
/** Borders between three columns. */
const BORDERS = 4;

/** @param columns width of the terminal */
export function tableOf(report: Report, _: unknown, columns = process.stdout.columns || DEFAULT_COLUMNS): string {
	const width = Math.max(columns, NARROWEST_COLUMNS) - BORDERS - SIDE_COLUMNS.level - SIDE_COLUMNS.resource;
	const table = new Table({
		head: ["level", "resource", "[finding] what, why and what to do"],
		colWidths: [SIDE_COLUMNS.level, SIDE_COLUMNS.resource, width],
		wordWrap: true,
		wrapOnWordBoundary: true,
		style: { head: [], border: [] },
	});
	for (const { id, level, subjects, text } of grouped(report.findings))
		table.push([level, subjects.join("\n"), `[${id}] ${text}`]);
	const lines = [
		...(report.findings.length > 0 ? [table.toString()] : []),
		...exceptionsIn(report),
		notApplicableIn(report),
		verdictOf(report),
	];
	return `${lines.filter((line) => line !== undefined).join("\n")}\n`;
}
