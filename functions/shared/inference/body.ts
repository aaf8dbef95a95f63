/**
 * From the raw body to a JSON value: media type, size, text encoding and syntax, in the order of what each costs.
 * Not what the JSON means; see infer-request.ts.
 */
import { ApiError } from "../../../charter/errors.ts";
import type { ApiRequest } from "../http/api-request.ts";
import { findJsonFault } from "./json-fault.ts";
import { checkStructure } from "./json-structure.ts";

/** Where Triton's clients say that binary tensors follow the JSON. */
const BINARY_TENSORS_HEADER = "inference-header-content-length";
const BASE64_BYTES_PER_CHARACTER = 3 / 4;

export type RawBody = Pick<ApiRequest, "headers" | "body" | "isBase64Encoded">;

/**
 * @param todo what who sends more than that can do
 * @throws {ApiError} UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST (binary tensors) or PAYLOAD_TOO_LARGE, without reading the body
 */
export function checkBody(raw: RawBody, maxBytes: number, todo = "Split the rows over several requests."): void {
	checkMediaType(raw.headers);
	const bytes = bodyBytes(raw);
	if (bytes > maxBytes)
		throw new ApiError(
			"PAYLOAD_TOO_LARGE",
			`The body has ${bytes} bytes, more than the ${maxBytes} of one request. ${todo}`,
		);
}

/** @throws {ApiError} UNSUPPORTED_MEDIA_TYPE or INVALID_REQUEST (binary tensors) */
function checkMediaType(headers: RawBody["headers"]): void {
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
}

/** Bytes that were sent, whatever they are. */
const bodyBytes = ({ body = "", isBase64Encoded }: RawBody): number =>
	isBase64Encoded ? Math.floor(body.length * BASE64_BYTES_PER_CHARACTER) : Buffer.byteLength(body);

/**
 * The JSON value of a body's text.
 * @throws {ApiError} INVALID_REQUEST with the place of the fault, PAYLOAD_TOO_LARGE where it has too many lists and objects
 */
export function parseText(text: string): unknown {
	if (text.trim() === "") throw new ApiError("INVALID_REQUEST", 'The body is empty. Send a JSON object with "inputs".');
	checkStructure(text);
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

/** @throws {ApiError} INVALID_REQUEST where it is no UTF-8 */
export const bodyText = ({ body = "", isBase64Encoded }: RawBody): string =>
	isBase64Encoded ? decodeText(Buffer.from(body, "base64")) : body;

/** @throws {ApiError} INVALID_REQUEST where it is no UTF-8 */
export function decodeText(bytes: Uint8Array): string {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch (cause) {
		throw new ApiError("INVALID_REQUEST", "The body is no UTF-8 text. Send JSON in UTF-8.", { cause });
	}
}
