/**
 * Windows of time that batch models score: how long one is, how it is named, and where its objects lie in the data bucket.
 * Pure: which window is due next is worked out here, what is in it is read by functions/batch-plan.
 */

/** A half-open span of time: inputs from `start` on and before `end`. Both are {@link formatInstant}'s text. */
export interface Window {
	model: string;
	start: string;
	end: string;
}

const MS_PER_SECOND = 1000;
const SECONDS_OF_UNIT = { minute: 60, hour: 60 * 60, day: 24 * 60 * 60 } as const;
const RATE = /^rate\(([1-9]\d{0,5}) (minute|hour|day)s?\)$/;

/** Seconds from one run to the next, as "rate(1 day)" states them; undefined of "cron(…)" and "at(…)", which state none. */
export function cadenceSeconds(schedule: string): number | undefined {
	const [, count, unit] = RATE.exec(schedule) ?? [];
	if (unit !== "minute" && unit !== "hour" && unit !== "day") return undefined;
	return Number(count) * SECONDS_OF_UNIT[unit];
}

const DAY = "(\\d{4}-\\d{2}-\\d{2})";
/** A day, or a time of a day to the minute or second, in UTC. */
const INSTANT = new RegExp(`^${DAY}(?:T(\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.0{1,9})?)?Z)?$`);
/** A day, an hour or a minute, as a folder of inputs is named: without colons, which are a nuisance in keys. */
const FOLDER = new RegExp(`^${DAY}(?:T(\\d{2})(?:-(\\d{2}))?)?$`);

/** Milliseconds since the epoch of "2026-11-23" or "2026-11-23T06:00:00Z"; undefined where the text is neither. */
export function parseInstant(text: string): number | undefined {
	const [, day, hours = "00", minutes = "00", seconds = "00"] = INSTANT.exec(text) ?? [];
	return day === undefined ? undefined : instantOf(`${day}T${hours}:${minutes}:${seconds}Z`);
}

/** As in "2026-11-23T06:00:00Z", whole seconds. */
export const formatInstant = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");

/** When the inputs in a folder begin, as in "2026-11-23", "2026-11-23T06" or "2026-11-23T06-30"; undefined where it is no such name. */
export function parseInputFolder(folder: string): number | undefined {
	const [, day, hours = "00", minutes = "00"] = FOLDER.exec(folder) ?? [];
	return day === undefined ? undefined : instantOf(`${day}T${hours}:${minutes}:00Z`);
}

/** Name of the folder of inputs that begin at an instant, as short as it can be. */
export function inputFolder(ms: number): string {
	const [day = "", time = ""] = formatInstant(ms).split("T");
	const [hours, minutes] = time.split(":");
	if (minutes !== "00") return `${day}T${hours}-${minutes}`;
	return hours === "00" ? day : `${day}T${hours}`;
}

/** The day of the calendar must exist, and the hour of the day: `Date` would take 30 February for 2 March. */
function instantOf(text: string): number | undefined {
	const ms = Date.parse(text);
	return !Number.isNaN(ms) && formatInstant(ms) === text ? ms : undefined;
}

/**
 * The window that a run without words of its own is about: the one after what is committed, or, where nothing is yet,
 * the last whole one. Windows without a record begin at whole multiples of their length, so days begin at midnight UTC.
 * @param committedUntil end of the last committed window
 * @returns undefined while its end has not come
 */
export function dueWindow(
	model: string,
	windowSeconds: number,
	nowMs: number,
	committedUntil: string | undefined,
): Window | undefined {
	const lengthMs = windowSeconds * MS_PER_SECOND;
	const committedMs = committedUntil === undefined ? undefined : parseInstant(committedUntil);
	const startMs = committedMs ?? Math.floor(nowMs / lengthMs) * lengthMs - lengthMs;
	if (startMs + lengthMs > nowMs) return undefined;
	return { model, start: formatInstant(startMs), end: formatInstant(startMs + lengthMs) };
}

/** Prefixes of the data bucket. */
const INPUT_PREFIX = "input/";
export const WINDOW_PREFIX = "windows/";
const OUTPUT_PREFIX = "output/";

/** Under which a model's inputs lie: `<folder>/<any name>.jsonl`. */
export const inputPrefix = (model: string): string => `${INPUT_PREFIX}${model}/`;
/** Under which the plans of a model's windows lie. */
export const windowsPrefix = (model: string): string => `${WINDOW_PREFIX}${model}/`;
/** Under which all of a model's outputs lie. */
export const outputsPrefix = (model: string): string => `${OUTPUT_PREFIX}${model}/`;

/** A window's name in keys: both ends, so that windows of other lengths never share a folder. */
const windowName = ({ start, end }: Window): string => `${start}_${end}`.replaceAll(":", "-");

export const manifestKey = (window: Window): string =>
	`${windowsPrefix(window.model)}${windowName(window)}/manifest.jsonl`;
/** Under which a window's outputs lie, and nothing else. */
export const outputPrefix = (window: Window): string => `${outputsPrefix(window.model)}${windowName(window)}/`;
export const outputKey = (window: Window, chunk: string): string => `${outputPrefix(window)}${chunk}.jsonl`;
/** Written when the window is whole; begins with an underscore, as readers of data lakes skip such objects. */
export const summaryKey = (window: Window): string => `${outputPrefix(window)}_SUCCESS.json`;

const CHUNK_DIGITS = 5;
/** Most chunks of one window: what a plan is looked through for when it is committed. */
export const CHUNKS_MAX = 10_000;
/** @param number from 1 */
export const chunkName = (number: number): string => `chunk-${String(number).padStart(CHUNK_DIGITS, "0")}`;

/** Offsets table: one item a model, `pk` MODEL#name. Changed only on condition of its `revision`. */
export interface OffsetRecord {
	/** End of the last window that was committed in order: where the next one starts. */
	committedUntil: string;
	revision: number;
}
