/**
 * Whether a new model is good enough: by floors, and by the champion on the same rows, as a whole and slice by slice. Pure.
 * Each figure becomes a line of the table that says why.
 */
import { WHOLE_SLICE } from "../../charter/heldout.ts";
import type { EvaluationLine } from "../../charter/pipeline.ts";
import type { EvaluateSettings } from "../../charter/rollout-settings.ts";
import { type Answers, EVALUATED_METRICS, isLowerBetter, measure, type Target, type Task } from "./metrics.ts";

/** Rows and what is true of them. */
export interface Measured {
	task: Task;
	classes: readonly Target[];
	targets: readonly Target[];
	/** Indexes of rows by name. */
	slices: Readonly<Record<string, readonly number[]>>;
}

/** Sums of the same numbers in another order differ by less. */
const ROUNDING = 1e-9;
/** What a manifest's own metric may be off, relative to values above 1: its trainer may count in other precision. */
const CLAIM_TOLERANCE = 1e-6;

/** The table: all rows first, then slice by slice. */
export function judgeRows(
	rows: Measured,
	settings: EvaluateSettings,
	model: Answers,
	champion: Answers | undefined,
): EvaluationLine[] {
	const whole = rows.targets.map((_, row) => row);
	const slices = [[WHOLE_SLICE, whole] as const, ...Object.entries(rows.slices)];
	return slices.flatMap(([slice, indexes]) => {
		const values = measuredOn(rows, indexes, model);
		const champions = champion && measuredOn(rows, indexes, champion);
		const isWhole = slice === WHOLE_SLICE;
		const tolerance = isWhole ? settings.tolerance : settings.sliceTolerance;
		const counts = isWhole || indexes.length >= settings.sliceRowsMin;
		return Object.entries(values).map(([metric, value]): EvaluationLine => {
			const theirs = champions?.[metric];
			const floor = isWhole && Object.hasOwn(settings.floors, metric) ? settings.floors[metric] : undefined;
			const why = counts ? [...underFloor(metric, value, floor), ...worse(metric, value, theirs, tolerance)] : [];
			return {
				slice,
				rows: indexes.length,
				metric,
				value,
				...(theirs !== undefined && { champion: theirs }),
				...(floor !== undefined && { floor }),
				isMet: why.length === 0,
				...(why.length > 0 && { why: why.join("; ") }),
			};
		});
	});
}

/** Floors that nothing was measured for. */
export function floorFaults(task: Task, settings: EvaluateSettings, lines: readonly EvaluationLine[]): string[] {
	const measured = new Set(lines.filter(({ slice }) => slice === WHOLE_SLICE).map(({ metric }) => metric));
	return Object.keys(settings.floors)
		.filter((metric) => !measured.has(metric))
		.map(
			(metric) =>
				`There is a floor for "${metric}", which was not measured. Floors of a ${task} are for ${EVALUATED_METRICS[task].join(", ")}: correct the settings' evaluate.floors.`,
		);
}

/** Metrics of which the manifest says something else than was measured. */
export function claimFaults(claims: Readonly<Record<string, number>>, lines: readonly EvaluationLine[]): string[] {
	return lines.flatMap(({ slice, metric, value }) => {
		const claim = slice === WHOLE_SLICE && Object.hasOwn(claims, metric) ? claims[metric] : undefined;
		if (claim === undefined || Math.abs(claim - value) <= CLAIM_TOLERANCE * Math.max(1, Math.abs(value))) return [];
		return [
			`The manifest says that ${metric} is ${claim}, but on its own held-out rows it is ${value}. Let the trainer measure the model that it exports.`,
		];
	});
}

function measuredOn(
	{ task, classes, targets }: Measured,
	indexes: readonly number[],
	{ values, probabilities }: Answers,
): Record<string, number> {
	const pick = <T>(all: readonly T[]): T[] => indexes.flatMap((row) => all.slice(row, row + 1));
	const answers = { values: pick(values), ...(probabilities && { probabilities: pick(probabilities) }) };
	return measure(task, classes, pick(targets), answers);
}

function underFloor(metric: string, value: number, floor: number | undefined): string[] {
	if (floor === undefined) return [];
	if (isLowerBetter(metric)) return value <= floor + ROUNDING ? [] : [`over the most that it may be, ${floor}`];
	return value >= floor - ROUNDING ? [] : [`under its floor of ${floor}`];
}

/** An error is in the target's own unit, so what is tolerated of it is a share; all else lies about between 0 and 1. */
function worse(metric: string, value: number, champion: number | undefined, tolerance: number): string[] {
	if (champion === undefined) return [];
	const allowed = /error/i.test(metric) ? tolerance * champion : tolerance;
	const by = isLowerBetter(metric) ? value - champion : champion - value;
	return by <= allowed + ROUNDING
		? []
		: [`worse than the champion by ${by.toPrecision(3)}, of which ${allowed.toPrecision(3)} is tolerated`];
}
