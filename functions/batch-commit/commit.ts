/**
 * Ends a window: its outputs counted, what does not belong to them removed, its summary written, and the offset moved last.
 * Whatever ends in the middle is made good by doing it again: every step has the same effect the second time.
 */
import type { CommitResponse, ManifestLine, Planned, WindowSummary } from "../../charter/batch-messages.ts";
import { dueWindow, outputPrefix, summaryKey } from "../../charter/windows.ts";
import { mapAtMost } from "../shared/batch/each.ts";
import { WindowFailedError } from "../shared/batch/errors.ts";
import { readManifest } from "../shared/batch/manifest.ts";
import type { Offsets } from "../shared/batch/offsets.ts";
import type { BatchObjects } from "../shared/batch/ports.ts";

export interface CommitPorts {
	windowSeconds: number;
	toleratedFailurePct: number;
	objects: BatchObjects;
	offsets: Offsets;
}

/** Objects asked about at once. */
const LOOKS_AT_ONCE = 32;
const PERCENT = 100;
const FAILED_SHOWN = 3;

/** @throws {WindowFailedError} where more chunks have no output than the settings tolerate; the offset then stays */
export async function commit(ports: CommitPorts, window: Planned): Promise<CommitResponse> {
	const { objects, toleratedFailurePct } = ports;
	const lines = await readManifest(objects, window.manifestKey);
	const found = await mapAtMost(lines, LOOKS_AT_ONCE, async ({ output, checksum }) => {
		return (await objects.checksum(output)) === checksum;
	});
	const done = lines.filter((_, i) => found[i]);
	const failed = lines.filter((_, i) => !found[i]);
	if (failed.length * PERCENT > toleratedFailurePct * lines.length)
		throw tooManyFailed(window, lines, failed, toleratedFailurePct);
	await removeOthers(objects, window, done);
	await objects.write(summaryKey(window), summaryOf(window, lines, done, failed));
	const { hasMoved, committedUntil } = await moveOffset(ports.offsets, window);
	const next = dueWindow(window.model, ports.windowSeconds, Date.parse(window.startedAt), committedUntil);
	return {
		chunks: lines.length,
		failedChunks: failed.length,
		hasMoved,
		isNextDue: window.isDue && next !== undefined,
	};
}

function tooManyFailed(
	{ model, start, end }: Planned,
	lines: readonly ManifestLine[],
	failed: readonly ManifestLine[],
	toleratedFailurePct: number,
): WindowFailedError {
	const shown = failed
		.slice(0, FAILED_SHOWN)
		.map(({ chunk, input, firstLine }) => `${chunk} (${input}, line ${firstLine})`);
	const more = failed.length > FAILED_SHOWN ? ` and ${failed.length - FAILED_SHOWN} more` : "";
	return new WindowFailedError(
		`${failed.length} of ${lines.length} chunks of "${model}" from ${start} to ${end} have no output, over the ${toleratedFailurePct} % that batch.toleratedFailurePct allows: ${shown.join(", ")}${more}. The score function's log says why of each. Correct the cause and start the window again: what is done stays.`,
	);
}

/** What an earlier run of the window left that this one does not say, as of a chunk that there is no more. */
async function removeOthers(objects: BatchObjects, window: Planned, done: readonly ManifestLine[]): Promise<void> {
	const kept = new Set([...done.map(({ output }) => output), summaryKey(window)]);
	const others: string[] = [];
	for await (const key of objects.list(outputPrefix(window))) if (!kept.has(key)) others.push(key);
	if (others.length > 0) await objects.remove(others);
}

function summaryOf(
	{ model, start, end, version, artifactSha256 }: Planned,
	lines: readonly ManifestLine[],
	done: readonly ManifestLine[],
	failed: readonly ManifestLine[],
): Uint8Array {
	const summary: WindowSummary = {
		model,
		start,
		end,
		version,
		artifactSha256,
		chunks: lines.length,
		rows: done.reduce((sum, { rows }) => sum + rows, 0),
		outputs: done.map(({ output: key, rows, checksum }) => ({ key, rows, checksum })),
		failed: failed.map(({ chunk, input, firstLine, rows }) => ({ chunk, input, firstLine, rows })),
	};
	return new TextEncoder().encode(`${JSON.stringify(summary, null, 2)}\n`);
}

/**
 * Moves the offset to the window's end where the window goes on from it, or begins the record. A backfill of what is
 * committed already leaves it, and so does one of what lies ahead: what is between would never be scored.
 */
async function moveOffset(
	offsets: Offsets,
	{ model, start, end }: Planned,
): Promise<{ hasMoved: boolean; committedUntil: string }> {
	for (;;) {
		const from = await offsets.read(model);
		const goesOn = from === undefined || (start <= from.committedUntil && from.committedUntil < end);
		if (!goesOn) return { hasMoved: from.committedUntil === end, committedUntil: from.committedUntil };
		if (await offsets.move(model, from, end)) return { hasMoved: true, committedUntil: end };
	}
}
