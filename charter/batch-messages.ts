/**
 * What the steps of a batch window hand to each other, through the workflow and its manifest. Data only: a message comes
 * from outside the process, so each step parses it.
 */
import { z } from "zod";
import { CHUNKS_MAX, parseInstant } from "./windows.ts";

const instant = z.string().refine((text) => parseInstant(text) !== undefined, {
	error: 'a time is UTC, as in "2026-11-23" or "2026-11-23T06:00:00Z"',
});
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

/** Input of an execution: nothing for the window that is due, or a window by its ends. */
export const WindowRequest = z
	.strictObject({
		start: instant.optional(),
		/** @default one window's length after the start */
		end: instant.optional(),
		/** W3C trace context of whoever starts it. */
		traceparent: z.string().optional(),
	})
	.refine(({ start, end }) => start !== undefined || end === undefined, {
		error: "an end without a start: give both, or the start alone",
		path: ["end"],
	});
export type WindowRequest = z.output<typeof WindowRequest>;

/** What the workflow asks the plan for. */
export const PlanRequest = z.object({
	execution: z.string().min(1),
	/** When the execution started: what is due then is due. */
	startedAt: z.iso.datetime({ offset: true }),
	input: WindowRequest,
});

const window = { model: z.string().min(1), start: instant, end: instant };
const execution = { execution: z.string().min(1), traceparent: z.string() };

/** A window with its inputs cut into chunks: what the plan answers, and what is to be committed. */
export const Planned = z.object({
	status: z.literal("PLANNED"),
	...window,
	...execution,
	startedAt: z.iso.datetime({ offset: true }),
	/** Whether the window is the one that was due, after which others may be. */
	isDue: z.boolean(),
	/** The version that scores all of it, and the SHA-256 of its artifact. */
	version: z.int().positive(),
	artifactSha256: sha256,
	manifestKey: z.string(),
	chunks: z.int().min(0).max(CHUNKS_MAX),
	rows: count,
	/** Chunks that have no output yet. */
	pending: count,
});
export type Planned = z.output<typeof Planned>;

/** What the plan answers: a window to score, or that none is due. */
export type PlanResponse = Planned | { status: "NOT_DUE" };

/** One line of a manifest: a part of one input object, and where its predictions go. */
export const ManifestLine = z.object({
	chunk: z.string().regex(/^chunk-\d{5}$/),
	input: z.string().min(1),
	/** Bytes of the input, half-open, and the number (from 1) of the first line in it. */
	startByte: count,
	endByte: z.int().positive(),
	firstLine: z.int().positive(),
	rows: z.int().positive(),
	/** Of these bytes. */
	sha256,
	/** Of all that the output follows from: what an output with the same one needs not be made again. */
	checksum: sha256,
	output: z.string().min(1),
	/** Whether its output was there when the window was planned. */
	isDone: z.boolean(),
});
export type ManifestLine = z.output<typeof ManifestLine>;

/** What the workflow asks to be scored: a line of the manifest, and by what. */
export const ScoreRequest = z.object({
	...window,
	...execution,
	version: z.int().positive(),
	chunk: ManifestLine,
});
export type ScoreRequest = z.output<typeof ScoreRequest>;

export interface ScoreResponse {
	rows: number;
}

export interface CommitResponse {
	chunks: number;
	failedChunks: number;
	/** Whether the offset stands at this window's end now. */
	hasMoved: boolean;
	/** Whether another window was due when the execution started. */
	isNextDue: boolean;
}

/** The last object of a window, `_SUCCESS.json`: what is in it. The same window has the same bytes. */
export interface WindowSummary {
	model: string;
	start: string;
	end: string;
	version: number;
	artifactSha256: string;
	chunks: number;
	/** Of the chunks that have an output. */
	rows: number;
	/** In order; a chunk that failed within the tolerated share has none. */
	outputs: { key: string; rows: number; checksum: string }[];
	/** Inputs of the chunks that failed. */
	failed: { chunk: string; input: string; firstLine: number; rows: number }[];
}

/** Errors, by name, of which another try makes no difference: the workflow does not retry them. */
export const BATCH_ERRORS = {
	/** The execution's input, or the window it asks for. */
	request: "BatchRequestError",
	/** An input object, its place or one of its lines. */
	input: "BatchInputError",
	/** An input that is not what was planned any more. */
	changed: "BatchInputChangedError",
	/** No version of the model to score by, or one that batch cannot run. */
	version: "BatchVersionError",
	/** More chunks failed than are tolerated. */
	failed: "WindowFailedError",
} as const;

/** Metadata of an output object that holds its chunk's `checksum`. */
export const CHECKSUM_METADATA = "triplane-checksum";
