/**
 * The base of every error that Triplane throws on purpose, and the shape in which the API answers one.
 * Not a catalogue: each domain keeps its own subclasses beside the code that throws them.
 */

/** Machine-readable codes of the API's errors, each with the one HTTP status it goes with. */
export const API_ERRORS = {
	INVALID_REQUEST: 400,
	UNAUTHENTICATED: 401,
	FORBIDDEN: 403,
	NOT_FOUND: 404,
	METHOD_NOT_ALLOWED: 405,
	/** The job has ended, or the upload was taken already. */
	CONFLICT: 409,
	PAYLOAD_TOO_LARGE: 413,
	UNSUPPORTED_MEDIA_TYPE: 415,
	/** The same idempotency key was sent with another body. */
	IDEMPOTENCY_MISMATCH: 422,
	THROTTLED: 429,
	/** The tenant has as many jobs in flight as its tier allows. */
	TOO_MANY_JOBS: 429,
	QUOTA_EXCEEDED: 429,
	INTERNAL: 500,
	UNAVAILABLE: 503,
	DEADLINE_EXCEEDED: 504,
} as const;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** The body of every error answer of the API, the gateway's own included. */
export interface ApiErrorBody {
	/** What, where, why and what to do, in one or two sentences. */
	error: string;
	code: ApiErrorCode;
	requestId: string;
}

/** An error that Triplane foresaw: its message says what, where, why and what to do. */
export class TriplaneError extends Error {
	override readonly name: string = "TriplaneError";
}

/** A mistake in the settings or in a component's arguments, found before any resource exists. */
export class SettingsError extends TriplaneError {
	override readonly name = "SettingsError";
}

/** An error that a request ends with; {@link status} follows from {@link code}. */
export class ApiError extends TriplaneError {
	override readonly name = "ApiError";
	readonly code: ApiErrorCode;
	readonly status: number;
	/** Seconds after which another try may succeed; sent as `Retry-After`. */
	readonly retryAfterSeconds: number | undefined;

	constructor(code: ApiErrorCode, message: string, options: ErrorOptions & { retryAfterSeconds?: number } = {}) {
		super(message, options);
		this.code = code;
		this.status = API_ERRORS[code];
		this.retryAfterSeconds = options.retryAfterSeconds;
	}
}
