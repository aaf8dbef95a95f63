/** `triplane experiment MODEL --variant a=3:50 --variant b=4:50`: versions side by side until `--end`, with nobody judging. */
import { randomUUID } from "node:crypto";
import type { ExperimentResponse, ExperimentVariant } from "../../charter/pipeline.ts";
import type { Sticky } from "../../charter/rollout-settings.ts";
import { experimentWith } from "../platform/by-hand.ts";
import { assertDeclared, reading } from "../platform/reading.ts";
import { findTarget } from "../platform/stack.ts";
import { UsageError } from "../usage.ts";
import { routeWords } from "./models/words.ts";

const WHOLE_TRAFFIC = 100;

export interface ExperimentOptions {
	variant?: ExperimentVariant[];
	sticky: Sticky;
	end?: boolean;
	outputs?: string;
	json?: boolean;
}

export async function experiment(checkout: string, model: string, options: ExperimentOptions): Promise<number> {
	const { variant: variants = [], sticky, end = false } = options;
	if (end === variants.length > 0)
		throw new UsageError("Give the arms by --variant NAME=VERSION:PERCENT, or --end; one of the two.");
	if (!end) assertWhole(variants);
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	assertDeclared(outputs, model);
	const execution = `by-hand-${randomUUID()}`;
	const answer = await experimentWith(
		aws,
		outputs,
		end ? { model, execution, action: "end-experiment" } : { model, execution, action: "experiment", variants, sticky },
	);
	const route = await reading(aws, outputs, (registry) => registry.route(model));
	console.log(options.json ? JSON.stringify({ model, ...answer }) : wordsOf(model, answer, routeWords(route)));
	return 0;
}

/** @throws {UsageError} where the arms are not two or more, of different names, for the whole traffic */
export function assertWhole(variants: readonly ExperimentVariant[]): void {
	const sum = variants.reduce((total, { weight }) => total + weight, 0);
	const names = new Set(variants.map(({ name }) => name));
	if (variants.length < 2) throw new UsageError("An experiment has two arms or more: give --variant once for each.");
	if (names.size < variants.length) throw new UsageError("Two arms have the same name: give each its own.");
	if (Math.abs(sum - WHOLE_TRAFFIC) > 1e-9)
		throw new UsageError(`The arms take ${sum} % of the traffic together: let them sum to ${WHOLE_TRAFFIC}.`);
}

/** @param route what serves now, in words */
export const wordsOf = (model: string, { experiment: number, isRunning }: ExperimentResponse, route: string): string =>
	isRunning
		? `${model}: experiment ${number} runs: ${route}. \`triplane experiment ${model} --end\` ends it.`
		: `${model}: experiment ${number} has ended: ${route}`;
