/**
 * Two answers to one request, row by row: whether the shadow says what the champion says, and in which slice. Pure.
 * Labels have to be the same; numbers may differ by a tolerance, and do not count where there is a label beside them.
 */
import { type PairedCounts, SHADOW_LABELS_MAX, SHADOW_SLICES } from "../../charter/rollout.ts";
import type { Output } from "./outputs.ts";

/** Labels that one model's champion has given so far; what has more of them than the charter allows has one slice. */
export type KnownLabels = Set<string>;

const isNumber = ({ datatype }: Output): boolean => datatype === "FP32" || datatype === "FP64";
/** What CloudWatch takes as a dimension's value, and people can read. */
const PRINTABLE = /^[\x21-\x7e]{1,64}$/;
const RESERVED: readonly string[] = Object.values(SHADOW_SLICES);

/**
 * Counts by slice.
 * @param known labels so far, to which the champion's are added
 * @param tolerance greatest difference of two numbers, as a share of the champion's where that is over 1
 */
export function compareAnswers(
	champion: readonly Output[],
	shadow: readonly Output[],
	{ known, tolerance }: { known: KnownLabels; tolerance: number },
): Map<string, PairedCounts> {
	const labels = champion.filter((output) => !isNumber(output));
	const pairs = (labels.length > 0 ? labels : champion).map((output) => ({
		output,
		twin: shadow.find(({ name }) => name === output.name),
	}));
	const rows = rowsOf(champion);
	const slices = slicesOf(labels, rows, known);
	const counts = new Map<string, PairedCounts>();
	for (const [row, slice] of slices.entries()) {
		const { compared, disagreed } = counts.get(slice) ?? { compared: 0, disagreed: 0 };
		const isSame = pairs.every(({ output, twin }) => agree(output, twin, row, rows, tolerance));
		counts.set(slice, { compared: compared + 1, disagreed: disagreed + (isSame ? 0 : 1) });
	}
	return counts;
}

/** Rows of an answer. */
export const rowsOf = ([first]: readonly Output[]): number => first?.shape[0] ?? 0;

function slicesOf(labels: readonly Output[], rows: number, known: KnownLabels): string[] {
	const [label] = labels;
	const isSingle = labels.length === 1 && label?.data.length === rows;
	if (!label || !isSingle) return Array.from({ length: rows }, () => SHADOW_SLICES.all);
	const names = Array.from({ length: rows }, (_, row) => nameOf(label.data[row]));
	for (const name of names) if (known.size <= SHADOW_LABELS_MAX) known.add(name);
	return known.size > SHADOW_LABELS_MAX ? names.map(() => SHADOW_SLICES.all) : names;
}

function nameOf(label: unknown): string {
	const name = textOf(label);
	return PRINTABLE.test(name) && !RESERVED.includes(name) ? name : SHADOW_SLICES.all;
}

function agree(output: Output, twin: Output | undefined, row: number, rows: number, tolerance: number): boolean {
	if (!twin || twin.data.length !== output.data.length || isNumber(twin) !== isNumber(output)) return false;
	const width = output.data.length / rows;
	for (let at = row * width; at < (row + 1) * width; at++) {
		const [ours, theirs] = [output.data[at], twin.data[at]];
		if (!(isNumber(output) ? areClose(ours, theirs, tolerance) : textOf(ours) === textOf(theirs))) return false;
	}
	return true;
}

/** JSON has null for what is no number. */
function areClose(ours: unknown, theirs: unknown, tolerance: number): boolean {
	const [a, b] = [numberOf(ours), numberOf(theirs)];
	if (Object.is(a, b) || a === b) return true;
	return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a));
}

const numberOf = (value: unknown): number => (typeof value === "number" ? value : Number.NaN);

/** Long integers come as values of their own from JSON, and as bigint from a model. */
const textOf = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(jsonOf(value)) ?? ""));
const jsonOf = (value: unknown): unknown => (typeof value === "bigint" ? JSON.rawJSON(String(value)) : value);
