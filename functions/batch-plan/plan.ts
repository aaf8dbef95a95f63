/**
 * Plans a window: which one it is, by which version it is scored, and its inputs cut into chunks, written down as a manifest.
 * Scores nothing. The same inputs and version give the same chunks, so that what was scored before is known again.
 */
import type { z } from "zod";
import type { PlanRequest, PlanResponse, WindowRequest } from "../../charter/batch-messages.ts";
import type { VersionRecord } from "../../charter/registry.ts";
import { dueWindow, formatInstant, manifestKey, parseInstant, type Window } from "../../charter/windows.ts";
import { mapAtMost } from "../shared/batch/each.ts";
import { BatchRequestError } from "../shared/batch/errors.ts";
import { writeManifest } from "../shared/batch/manifest.ts";
import type { BatchObjects } from "../shared/batch/ports.ts";
import { cutInputs } from "./chunks.ts";
import { inputsOf } from "./inputs.ts";

export interface PlanPorts {
	model: string;
	windowSeconds: number;
	chunkRows: number;
	writesFeatures: boolean;
	objects: BatchObjects;
	/** End of the last window that was committed. */
	committedUntil: () => Promise<string | undefined>;
	/** The version that scores now. */
	version: () => Promise<VersionRecord>;
}

/** What the outputs' text is made by. Change it with the form of the outputs, or none is made anew. */
const OUTPUT_FORMAT = "triplane-batch-1";
const MS_PER_SECOND = 1000;
/** Objects asked about at once. */
const LOOKS_AT_ONCE = 32;

/** @throws {TriplaneError} one of functions/shared/batch/errors.ts */
export async function plan(
	ports: PlanPorts,
	{ execution, startedAt, input }: z.output<typeof PlanRequest>,
	traceparent: string,
): Promise<PlanResponse> {
	const { model, objects, chunkRows, writesFeatures } = ports;
	const nowMs = Date.parse(startedAt);
	const isDue = input.start === undefined;
	const window = isDue
		? dueWindow(model, ports.windowSeconds, nowMs, await ports.committedUntil())
		: windowAskedFor(model, ports.windowSeconds, nowMs, input);
	if (!window) return { status: "NOT_DUE" };
	const version = await ports.version();
	const fingerprint = JSON.stringify([OUTPUT_FORMAT, model, version.sha256, writesFeatures]);
	const chunks = await cutInputs(objects, window, await inputsOf(objects, window), { chunkRows, fingerprint });
	const lines = await mapAtMost(chunks, LOOKS_AT_ONCE, async (chunk) => ({
		...chunk,
		isDone: (await objects.checksum(chunk.output)) === chunk.checksum,
	}));
	await objects.write(manifestKey(window), writeManifest(lines));
	return {
		status: "PLANNED",
		...window,
		execution,
		traceparent,
		startedAt,
		isDue,
		version: version.version,
		artifactSha256: version.sha256,
		manifestKey: manifestKey(window),
		chunks: lines.length,
		rows: lines.reduce((sum, { rows }) => sum + rows, 0),
		pending: lines.filter((line) => !line.isDone).length,
	};
}

/** @throws {BatchRequestError} where the ends are not in order, or not all of it is past */
function windowAskedFor(
	model: string,
	windowSeconds: number,
	nowMs: number,
	{ start = "", end }: WindowRequest,
): Window {
	const startMs = parseInstant(start) ?? Number.NaN;
	const endMs = end === undefined ? startMs + windowSeconds * MS_PER_SECOND : (parseInstant(end) ?? Number.NaN);
	const window = { model, start: formatInstant(startMs), end: formatInstant(endMs) };
	if (endMs <= startMs)
		throw new BatchRequestError(
			`The window asked for ends at ${window.end}, not after its start at ${window.start}. Give an end after the start.`,
		);
	if (endMs > nowMs)
		throw new BatchRequestError(
			`The window asked for ends at ${window.end}, which has not come: inputs may still be added to it. Wait, or give an earlier end.`,
		);
	return window;
}
