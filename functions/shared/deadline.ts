/**
 * How long one request may still take: the caller's wish or the function's own remaining time, whichever is shorter.
 * Not a retry policy; it only says when to stop.
 */
import { DEADLINE_HEADER } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import { TRACE_FLUSH_MAX_MS } from "../../charter/limits.ts";

/** Kept back of the function's time, to send the spans and the answer. */
const RESPONSE_RESERVE_MS = TRACE_FLUSH_MAX_MS + 50;
/** Far more than any function may run; of as many digits as the pattern below takes. */
const WISH_MAX_MS = 999_999_999;
/** Below this a timer would fire before the work has begun. */
const LIMIT_MINIMUM_MS = 1;

export interface Deadline {
	/** Milliseconds left; not above 0 once the deadline has passed. */
	leftMs(): number;
	/** DEADLINE_EXCEEDED in the words of the limit that ended the request; `what` would have been next. */
	exceeded(what: string, options?: ErrorOptions): ApiError;
	/**
	 * Goes on only while there is time.
	 * @param next what would be done next, for the message
	 * @throws {ApiError} DEADLINE_EXCEEDED
	 */
	check(next: string): void;
	/** Runs work with a signal that aborts at the deadline, or after `capMs` where that is sooner. */
	limit<T>(capMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
	/**
	 * Waits for work that cannot be aborted, but not past the deadline; the work itself goes on.
	 * @throws {ApiError} DEADLINE_EXCEEDED
	 */
	wait<T>(work: Promise<T>, what: string): Promise<T>;
}

/**
 * The deadline of a request that arrived now.
 * @param wish value of the caller's header, where it sent one
 * @throws {ApiError} INVALID_REQUEST where the wish is no whole number of milliseconds, or out of its range
 */
export function createDeadline(wish: string | undefined, remainingMs: number, now: () => number): Deadline {
	const own = Math.max(0, remainingMs - RESPONSE_RESERVE_MS);
	const wished = wish === undefined ? Number.POSITIVE_INFINITY : parseWish(wish);
	const endsAtMs = now() + Math.min(own, wished);
	const leftMs = () => endsAtMs - now();
	const [limit, todo] =
		wished < own
			? [`${wished} ms that ${DEADLINE_HEADER} allows`, "allow more time"]
			: [`${Math.round(own)} ms that a request may take`, "try again"];
	const exceeded = (what: string, options?: ErrorOptions) =>
		new ApiError("DEADLINE_EXCEEDED", `The ${limit} were over before ${what}. Send fewer rows, or ${todo}.`, options);
	return {
		leftMs,
		exceeded,
		check: (next) => {
			if (leftMs() <= 0) throw exceeded(next);
		},
		limit: (capMs, work) => limited(Math.min(leftMs(), capMs), work),
		wait: async (work, what) => {
			if (leftMs() <= 0) {
				work.catch(() => undefined);
				throw exceeded(what);
			}
			const { promise: late, reject } = Promise.withResolvers<never>();
			const timer = setTimeout(() => reject(exceeded(what)), Math.ceil(leftMs()));
			try {
				return await Promise.race([work, late]);
			} finally {
				clearTimeout(timer);
			}
		},
	};
}

/** Not AbortSignal.timeout: its timer outlives the work and holds all that the work's client hung on it. */
async function limited<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const controller = new AbortController();
	const timer = setTimeout(() => controller.abort(), Math.max(LIMIT_MINIMUM_MS, Math.ceil(ms)));
	try {
		return await work(controller.signal);
	} finally {
		clearTimeout(timer);
	}
}

function parseWish(wish: string): number {
	const wishMs = /^[1-9]\d{0,8}$/.test(wish) ? Number(wish) : Number.NaN;
	if (Number.isNaN(wishMs))
		throw new ApiError(
			"INVALID_REQUEST",
			`The header ${DEADLINE_HEADER} is "${wish.slice(0, 40)}". Send a whole number of milliseconds from 1 to ${WISH_MAX_MS}.`,
		);
	return wishMs;
}
