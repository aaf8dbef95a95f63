/**
 * From the raw body to a JSON value: media type, size, text encoding and syntax, in the order of what each costs.
 * Not what the JSON means; see infer-request.ts.
 */
import { ApiError } from "../../../charter/errors.ts";
import { REALTIME_PAYLOAD_MAX_BYTES } from "../../../charter/limits.ts";
import type { ApiRequest } from "../http/api-request.ts";
import { findJsonFault } from "./json-fault.ts";

/** Where Triton's clients say that binary tensors follow the JSON. */
const BINARY_TENSORS_HEADER = "inference-header-content-length";
const BASE64_BYTES_PER_CHARACTER = 3 / 4;

export type RawBody = Pick<ApiRequest, "headers" | "body" | "isBase64Encoded">;

/**
 * @throws {ApiError} UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST (binary tensors) or PAYLOAD_TOO_LARGE, without reading the body
 */
export function checkBody({ headers, body = "", isBase64Encoded }: RawBody): void {
	if (headers.has(BINARY_TENSORS_HEADER)) throw binaryTensorsError(`the header ${BINARY_TENSORS_HEADER}`);
	const type = headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
	if (type !== undefined && type !== "application/json")
		throw new ApiError(
			"UNSUPPORTED_MEDIA_TYPE",
			`The Content-Type is "${type.slice(0, 60)}". Send the tensors as application/json.`,
		);
	const encoding = headers.get("content-encoding")?.trim().toLowerCase();
	if (encoding !== undefined && encoding !== "identity")
		throw new ApiError(
			"UNSUPPORTED_MEDIA_TYPE",
			`The Content-Encoding is "${encoding.slice(0, 60)}". Send the body uncompressed.`,
		);
	const bytes = isBase64Encoded ? Math.floor(body.length * BASE64_BYTES_PER_CHARACTER) : Buffer.byteLength(body);
	if (bytes > REALTIME_PAYLOAD_MAX_BYTES)
		throw new ApiError(
			"PAYLOAD_TOO_LARGE",
			`The body has ${bytes} bytes, more than the ${REALTIME_PAYLOAD_MAX_BYTES} of one request. Split the rows over several requests.`,
		);
}

/**
 * The body's JSON value.
 * @throws {ApiError} INVALID_REQUEST with the place of the fault
 */
export function parseBody(raw: RawBody): unknown {
	const text = bodyText(raw);
	if (text.trim() === "") throw new ApiError("INVALID_REQUEST", 'The body is empty. Send a JSON object with "inputs".');
	try {
		return JSON.parse(text);
	} catch (cause) {
		const fault = findJsonFault(text);
		const where = fault
			? ` at position ${fault.offset} (line ${fault.line}, column ${fault.column}): ${fault.what}`
			: "";
		throw new ApiError(
			"INVALID_REQUEST",
			`The body is no JSON${where}. JSON has no NaN, Infinity, comments or trailing commas.`,
			{ cause },
		);
	}
}

export const binaryTensorsError = (where: string): ApiError =>
	new ApiError(
		"INVALID_REQUEST",
		`Binary tensors are not supported, but ${where} announces some. Send the tensors as JSON, as in set_data_from_numpy(…, binary_data=False).`,
	);

function bodyText({ body = "", isBase64Encoded }: RawBody): string {
	if (!isBase64Encoded) return body;
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(body, "base64"));
	} catch (cause) {
		throw new ApiError("INVALID_REQUEST", "The body is no UTF-8 text. Send JSON in UTF-8.", { cause });
	}
}
