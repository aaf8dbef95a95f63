/** `triplane batch run MODEL`: starts the window of a batch model that is due, or the one that is named, and waits for its end. */

import { TriplaneError } from "../../charter/errors.ts";
import { parseInstant } from "../../charter/windows.ts";
import { runWindow, type WindowRun } from "../platform/batch.ts";
import { findTarget } from "../platform/stack.ts";
import { UsageError } from "../usage.ts";

/** Exit code 0 where the window is committed or none is due, 1 where it failed. Who ends this process ends the waiting alone. */
export async function batchRun(
	checkout: string,
	model: string,
	options: { start?: string; end?: string; outputs?: string; json?: boolean },
): Promise<number> {
	const { start, end } = options;
	for (const [name, text] of Object.entries({ start, end }))
		if (text !== undefined && parseInstant(text) === undefined)
			throw new UsageError(`--${name} "${text}" is no time in UTC. Write it as in 2026-11-23 or 2026-11-23T06:00:00Z.`);
	if (end !== undefined && start === undefined)
		throw new UsageError("--end needs --start: name the window's start too.");
	if (start !== undefined && end !== undefined && (parseInstant(end) ?? 0) <= (parseInstant(start) ?? 0))
		throw new UsageError(`--end ${end} is not after --start ${start}. Give the window a length.`);
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	const found = outputs.batchModels.find(({ name }) => name === model);
	if (!found)
		throw new TriplaneError(
			`The stack has no batch model "${model}", only ${outputs.batchModels.map(({ name }) => name).join(", ") || "none"}. Declare it in triplane:models with serve: batch, and run \`pulumi up\`.`,
		);
	const request = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
	const run = await runWindow(aws, found.stateMachine, request, ({ done, failed, total }) => {
		console.error(`${done} of ${total} chunks scored${failed > 0 ? `, ${failed} failed` : ""}`);
	});
	if (options.json) console.log(JSON.stringify(run));
	else console.log(wordsOf(model, found.dataBucket, run));
	return run.status === "SUCCEEDED" ? 0 : 1;
}

export function wordsOf(
	model: string,
	dataBucket: string,
	{ status, window, error, cause, execution }: WindowRun,
): string {
	if (status !== "SUCCEEDED")
		return `${[`${model} ${status}`, error, cause].filter((part) => part !== undefined).join(": ")}\n${execution}`;
	if (!window) return `No window of ${model} is due.`;
	const { start, end, version, rows, chunks, failedChunks, scoredChunks } = window;
	const known = chunks - scoredChunks - failedChunks;
	const parts = [
		`${scoredChunks} scored`,
		...(known > 0 ? [`${known} known from before`] : []),
		...(failedChunks > 0 ? [`${failedChunks} failed`] : []),
	];
	return `${model} from ${start} to ${end}: ${rows} rows by version ${version}, ${chunks} chunks (${parts.join(", ")}) in ${dataBucket}`;
}
