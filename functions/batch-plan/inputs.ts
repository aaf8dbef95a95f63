/**
 * The input objects of a window, by their folders' names. Names that begin with "_" or "." are bookkeeping of other tools and
 * passed over, as readers of data lakes do; anything else that is no input is an error, because passing over it would lose it.
 */
import { inputFolder, inputPrefix, parseInputFolder, parseInstant, type Window } from "../../charter/windows.ts";
import { BatchInputError } from "../shared/batch/errors.ts";
import type { BatchObjects } from "../shared/batch/ports.ts";

const SUFFIX = ".jsonl";
/** Sorts right after the digits, with which every folder begins. */
const AFTER_DIGITS = ":";
const DAY_CHARACTERS = "2026-11-23".length;

/**
 * Keys of the window's inputs, in S3's order.
 * @throws {BatchInputError} where an object lies among them that is no input, or where there is none
 */
export async function inputsOf(objects: BatchObjects, window: Window): Promise<string[]> {
	const [startMs, endMs] = [instant(window.start), instant(window.end)];
	const prefix = inputPrefix(window.model);
	const inputs: string[] = [];
	// A day sorts before its hours, and an hour before its minutes: nothing of the window comes before its first day.
	for await (const key of objects.list(prefix, prefix + dayOf(startMs))) {
		if (folderOf(key, prefix).slice(0, DAY_CHARACTERS) > dayOf(endMs)) break;
		if (isBookkeeping(key, prefix)) continue;
		const folderMs = parseInputFolder(folderOf(key, prefix));
		if (folderMs === undefined) throw misplaced(key, prefix, startMs);
		if (folderMs < startMs || folderMs >= endMs) continue;
		if (!key.endsWith(SUFFIX))
			throw new BatchInputError(
				`${key} lies among the inputs of the window but is no ${SUFFIX} file. Convert it, or move it away.`,
			);
		inputs.push(key);
	}
	// Beside all folders, where no window would ever find it.
	for await (const key of objects.list(prefix, prefix + AFTER_DIGITS))
		if (!isBookkeeping(key, prefix)) throw misplaced(key, prefix, startMs);
	if (inputs.length === 0)
		throw new BatchInputError(
			`The window of "${window.model}" from ${window.start} to ${window.end} has no inputs under ${prefix}${inputFolder(startMs)}/. Put them there (an empty ${SUFFIX} file says that there are none), then start the window again.`,
		);
	return inputs;
}

const dayOf = (ms: number): string => inputFolder(ms).slice(0, DAY_CHARACTERS);
const instant = (text: string): number => parseInstant(text) ?? Number.NaN;

/** The first folder below the prefix; "" of an object that lies in none. */
const folderOf = (key: string, prefix: string): string => {
	const [folder = "", ...rest] = key.slice(prefix.length).split("/");
	return rest.length > 0 ? folder : "";
};

const isBookkeeping = (key: string, prefix: string): boolean =>
	key.endsWith("/") ||
	key
		.slice(prefix.length)
		.split("/")
		.some((name) => /^[_.]/.test(name));

const misplaced = (key: string, prefix: string, startMs: number): BatchInputError =>
	new BatchInputError(
		`${key} does not lie in a folder that says when it begins. Name it as in ${prefix}${inputFolder(startMs)}/rows.jsonl.`,
	);
