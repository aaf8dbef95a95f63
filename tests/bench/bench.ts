/**
 * What a bench is, and how its lines are judged and printed. Every figure is measured against a baseline in the same run.
 * Nothing here fails a build: figures inform.
 */
import Table from "cli-table3";

/** One line that a bench promises. */
export interface LineSpec {
	/** As in "predict-cold-import"; what `npm run bench -- NAME` selects by. */
	name: string;
	/** One sentence for the help: value, baseline and what is left out. */
	what: string;
	unit: "ratio" | "kB" | "ms" | "jobs/s" | "%" | "min";
	/** The value is good up to here, or from here where more is better; null where a figure only informs. */
	goal: number | null;
	/** @default false */
	isMoreBetter?: boolean;
}

export interface Measurement {
	value: number;
	/** What the value is measured against, in its own unit: milliseconds under a ratio. */
	baseline: number;
}

/** Why a line could not be measured here: nothing is made up in its place. */
export interface Unmeasured {
	why: string;
}

/** Lines that come of one measurement. */
export interface Bench {
	lines: readonly LineSpec[];
	/**
	 * @param progress told what is going on, for people
	 * @param show told what people should see beside the lines, as a table that these are of
	 */
	measure(
		progress: (text: string) => void,
		show: (text: string) => void,
	): Promise<Readonly<Record<string, Measurement | Unmeasured>>>;
}

/** A line as it is printed with `--json`. */
export interface Line {
	name: string;
	/** Null where it could not be measured. */
	value: number | null;
	unit: LineSpec["unit"];
	baseline: number | null;
	goal: number | null;
	ok: boolean | null;
	isMoreBetter?: true;
	/** Why there is no value. */
	why?: string;
}

const DIGITS = 4;

/** @throws {Error} where the bench did not measure a line that it promised */
export function lineOf(
	{ name, unit, goal, isMoreBetter }: LineSpec,
	measured: Readonly<Record<string, Measurement | Unmeasured>>,
): Line {
	const measurement = measured[name];
	if (!measurement) throw new Error(`The bench of "${name}" did not measure it. Correct its measure().`);
	if ("why" in measurement) return { name, value: null, unit, baseline: null, goal, ok: null, why: measurement.why };
	const value = rounded(measurement.value);
	const baseline = rounded(measurement.baseline);
	const ok = goal === null ? null : isMoreBetter ? value >= goal : value <= goal;
	return { name, value, unit, baseline, goal, ok, ...(isMoreBetter && { isMoreBetter }) };
}

/** A goal in signs, as in "≤ 2". */
export const goalOf = ({ goal, isMoreBetter }: Pick<LineSpec, "goal" | "isMoreBetter">): string =>
	goal === null ? "–" : `${isMoreBetter ? "≥" : "≤"} ${goal}`;

const rounded = (value: number): number => Number(value.toPrecision(DIGITS));

export function tableOf(lines: readonly Line[]): string {
	const table = new Table({
		head: ["bench", "value", "unit", "baseline", "goal", "ok"],
		style: { head: [], border: [] },
	});
	for (const line of lines) {
		const { name, value, unit, baseline, ok } = line;
		table.push([name, value ?? "–", unit, baseline ?? "–", goalOf(line), ok === null ? "–" : ok ? "yes" : "NO"]);
	}
	const reasons = lines.flatMap(({ name, why }) => (why === undefined ? [] : [`${name} was not measured: ${why}`]));
	return [table.toString(), ...reasons].join("\n");
}

/** The value below which `share` of the values lie; 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	const at = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
	if (at === undefined) throw new RangeError("Nothing was measured.");
	return at;
}

export const MEDIAN = 0.5;
