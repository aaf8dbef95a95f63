/** An evaluation as text: what failed and why, as a table that can be read in a workflow's error. */
import type { EvaluationLine, EvaluationRecord } from "../../charter/pipeline.ts";

const LINES_MAX = 30;
/** States of a workflow pass on 256 KB; an error's cause has 32,768 characters. */
const TEXT_MAX = 20_000;

/** The refusal of an evaluation. */
export function refusal({ model, run, faults, lines, notes }: EvaluationRecord): string {
	const failed = lines.filter(({ isMet }) => !isMet);
	const parts = [
		`Run "${run}" of "${model}" was refused: ${[...faults, ...(failed.length > 0 ? [`${failed.length} of ${lines.length} figures are not good enough`] : [])].join(" ")}`,
		...(failed.length > 0 ? [tableOf(failed.slice(0, LINES_MAX))] : []),
		...(failed.length > LINES_MAX ? [`… and ${failed.length - LINES_MAX} more, in the registry`] : []),
		...notes,
		'The whole table is in the registry under the run\'s name. Train it anew, or change what "evaluate" asks.',
	];
	return parts.join("\n").slice(0, TEXT_MAX);
}

const HEAD = ["slice", "rows", "metric", "new", "champion", "floor", "why"];

function tableOf(lines: readonly EvaluationLine[]): string {
	const cells = lines.map(({ slice, rows, metric, value, champion, floor, why }) => [
		slice,
		String(rows),
		metric,
		shown(value),
		shown(champion),
		shown(floor),
		why ?? "",
	]);
	const widths = HEAD.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
	return [HEAD, ...cells]
		.map((row) =>
			row
				.map((cell, column) => cell.padEnd(widths[column] ?? 0))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}

const shown = (value: number | undefined): string => (value === undefined ? "-" : String(Number(value.toPrecision(5))));

/** What an accepted one says, in a sentence. */
export function acceptance({ run, model, lines, championVersion, notes }: EvaluationRecord): string {
	const whole = lines.filter(({ slice }) => slice === lines[0]?.slice);
	const figures = whole.map(({ metric, value, champion }) =>
		champion === undefined ? `${metric} ${shown(value)}` : `${metric} ${shown(value)} (${shown(champion)})`,
	);
	const against =
		championVersion === undefined ? "no champion to compare with" : `in brackets version ${championVersion}`;
	return [`Run "${run}" of "${model}" was accepted: ${figures.join(", ")}; ${against}.`, ...notes].join(" ");
}
