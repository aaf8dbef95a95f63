/** A report as Markdown for a comment on a pull request: what blocks first, the rest folded away. */
import { blocks, type Finding, type Report } from "../../../policies/report.ts";
import type { Judged } from "./judged.ts";
import { countsOf, grouped, notApplicableIn, verdictOf } from "./summary.ts";

/** A comment on GitHub has at most 65,536 characters; what follows the tables needs some of them. */
const TABLES_CHARACTERS = 55_000;

export function markdownOf(report: Report, { source, notes }: Judged): string {
	const blocking = report.findings.filter(blocks);
	const others = report.findings.filter((finding) => !blocks(finding));
	const mark = countsOf(report).blocking > 0 ? "❌" : "✅";
	const room = { characters: TABLES_CHARACTERS };
	const sections = [
		`### ${mark} Charter: ${escaped(source)}`,
		verdictOf(report),
		...notes.map((note) => `> ${escaped(note)}`),
		...(blocking.length > 0 ? [tableOf(blocking, room)] : []),
		...(others.length > 0 ? [folded(`Advice, known and not told yet (${others.length})`, tableOf(others, room))] : []),
		...(report.exceptions.length > 0
			? [folded(`Exceptions in force (${report.exceptions.length})`, exceptionsOf(report))]
			: []),
		...[notApplicableIn(report)].filter((line) => line !== undefined),
	];
	return `${sections.join("\n\n")}\n`;
}

const folded = (title: string, body: string): string =>
	`<details>\n<summary>${title}</summary>\n\n${body}\n\n</details>`;

function tableOf(findings: readonly Finding[], room: { characters: number }): string {
	const lines = ["| level | resource | finding | what, why and what to do |", "|---|---|---|---|"];
	let left = findings.length;
	for (const { id, level, subjects, text } of grouped(findings)) {
		const line = rowOf([level, subjects.map(escaped).join("<br>"), `\`${escaped(id)}\``, escaped(text)]);
		if (line.length > room.characters) break;
		room.characters -= line.length;
		lines.push(line);
		left -= subjects.length;
	}
	return [...lines, ...(left > 0 ? ["", `… and ${left} more: see the whole report.`] : [])].join("\n");
}

const exceptionsOf = ({ exceptions }: Report): string =>
	[
		"| finding | resource | accepts | until | reason | owner | ticket |",
		"|---|---|---|---|---|---|---|",
		...exceptions.map(({ record, findings }) =>
			rowOf([
				escaped(record.rule),
				escaped(record.resource),
				String(findings),
				record.expiry,
				...[record.reason, record.owner, record.ticket].map(escaped),
			]),
		),
	].join("\n");

const rowOf = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Text that Markdown shows as it stands, within one cell: names in a stack are anybody's. */
const escaped = (text: string): string =>
	text
		.replace(/[\\`*_{}[\]<>#|~@$]/g, (character) => `&#${character.codePointAt(0)};`)
		.replace(/\s+/g, " ")
		.trim();
