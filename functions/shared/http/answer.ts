/**
 * Answers of the API, and the one place where errors become them.
 * Not the gateway's own errors: the program gives those the same shape.
 */
import { ApiError, type ApiErrorBody } from "../../../charter/errors.ts";

export interface Answer {
	status: number;
	/** JSON text. */
	body: string;
	headers: Readonly<Record<string, string>>;
}

/** A path that exists was asked for with the wrong method. */
export class MethodNotAllowedError extends ApiError {
	/** Value of the `Allow` header. */
	readonly allow: string;

	constructor(method: string, allow: string) {
		super("METHOD_NOT_ALLOWED", `${method} is not possible here. Use ${allow}.`);
		this.allow = allow;
	}
}

/** An error as the API answers it, with what the caller must not see kept apart. */
export interface ErrorAnswer {
	answer: Answer;
	error: ApiError;
}

const UNFORESEEN =
	"The request failed by a fault on our side, not by its content. Try again later, and quote the request id if it persists.";

export const jsonAnswer = (value: unknown, status = 200): Answer => ({
	status,
	body: JSON.stringify(value),
	headers: {},
});

/** Maps what was thrown to the API's error shape; what nobody foresaw becomes INTERNAL with its cause kept for the log. */
export function errorAnswer(thrown: unknown, requestId: string): ErrorAnswer {
	const error = thrown instanceof ApiError ? thrown : new ApiError("INTERNAL", UNFORESEEN, { cause: thrown });
	const body: ApiErrorBody = { error: error.message, code: error.code, requestId };
	const headers: Record<string, string> = {};
	if (error.retryAfterSeconds !== undefined) headers["retry-after"] = String(error.retryAfterSeconds);
	if (error instanceof MethodNotAllowedError) headers.allow = error.allow;
	return { answer: { status: error.status, body: JSON.stringify(body), headers }, error };
}
