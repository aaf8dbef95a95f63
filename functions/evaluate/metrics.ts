/**
 * Metrics of answers against what is true, by the names that the trainers use. Pure; which rows are measured is the caller's.
 * A metric that the rows do not define is left out, as recall where none of them is of a class.
 */

/** A class, or a value. */
export type Target = number | string;

/** A model's answers, row by row: as far as they are measured. */
export interface Answers {
	/** The labels, or the values of a regression. */
	values: readonly Target[];
	/** Of a classification that gives them: each row's probabilities, in the order of `classes`. */
	probabilities?: readonly (readonly number[])[];
}

/** Metrics that evaluations know, by task. */
export const EVALUATED_METRICS = {
	classification: ["accuracy", "recall", "logLoss"],
	regression: ["r2", "meanAbsoluteError", "rootMeanSquaredError"],
} as const;
export type Task = keyof typeof EVALUATED_METRICS;

/** Of a name: more is better unless it says error or loss. */
export const isLowerBetter = (metric: string): boolean => /error|loss/i.test(metric);

/** The least that a probability counts for: what a 32-bit number still tells from 1. */
const PROBABILITY_MIN = 2 ** -23;

/** @param classes of a classification, the positive one last where there are two */
export function measure(
	task: Task,
	classes: readonly Target[],
	targets: readonly Target[],
	answers: Answers,
): Record<string, number> {
	const measured =
		task === "classification" ? classification(classes, targets, answers) : regression(targets, answers.values);
	return Object.fromEntries(Object.entries(measured).filter(([, value]) => Number.isFinite(value)));
}

function classification(
	classes: readonly Target[],
	targets: readonly Target[],
	{ values, probabilities }: Answers,
): Record<string, number> {
	const isRight = targets.map((target, row) => target === values[row]);
	const recallOf = (wanted: Target) => mean(isRight.filter((_, row) => targets[row] === wanted).map(Number));
	const recalled = classes.length === 2 ? classes.slice(1) : classes;
	const recalls = recalled.map(recallOf).filter((recall) => !Number.isNaN(recall));
	return {
		accuracy: mean(isRight.map(Number)),
		recall: mean(recalls),
		...(probabilities && { logLoss: logLoss(classes, targets, probabilities) }),
	};
}

function logLoss(
	classes: readonly Target[],
	targets: readonly Target[],
	probabilities: readonly (readonly number[])[],
): number {
	const columns = new Map(classes.map((label, column) => [label, column]));
	return mean(
		targets.map((target, row) => {
			const probability = probabilities[row]?.[columns.get(target) ?? -1] ?? Number.NaN;
			return -Math.log(Math.min(1, Math.max(PROBABILITY_MIN, probability)));
		}),
	);
}

function regression(targets: readonly Target[], values: readonly Target[]): Record<string, number> {
	const differences = targets.map((target, row) => Number(values[row]) - Number(target));
	const squared = mean(differences.map((difference) => difference ** 2));
	const average = mean(targets.map(Number));
	const variance = mean(targets.map((target) => (Number(target) - average) ** 2));
	return {
		r2: 1 - squared / variance,
		meanAbsoluteError: mean(differences.map(Math.abs)),
		rootMeanSquaredError: Math.sqrt(squared),
	};
}

/** NaN of none. */
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
