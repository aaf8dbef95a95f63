/**
 * How deep and how wide a JSON text is, known before it is parsed: a list of two characters takes thirty times as much as a
 * value, and what is nested too deep ends whoever walks or writes it. Not whether it is JSON; the parser says that.
 */
import { ApiError } from "../../../charter/errors.ts";
import { JSON_DEPTH_MAX, JSON_LISTS_MAX } from "../../../charter/limits.ts";

const [QUOTE, BACKSLASH] = ['"', "\\"].map((character) => character.charCodeAt(0));
const [LIST, LIST_END, OBJECT, OBJECT_END] = ["[", "]", "{", "}"].map((character) => character.charCodeAt(0));

/** @throws {ApiError} INVALID_REQUEST where it is nested too deep, PAYLOAD_TOO_LARGE where it has too many lists and objects */
export function checkStructure(text: string): void {
	let [depth, lists, isInString] = [0, 0, false];
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === QUOTE) isInString = !isInString;
		else if (isInString) {
			if (code === BACKSLASH) at++;
		} else if (code === LIST || code === OBJECT) {
			depth++;
			lists++;
			if (depth > JSON_DEPTH_MAX) throw tooDeep(at);
			if (lists > JSON_LISTS_MAX) throw tooMany();
		} else if (code === LIST_END || code === OBJECT_END) depth--;
	}
}

const tooDeep = (at: number): ApiError =>
	new ApiError(
		"INVALID_REQUEST",
		`The body is nested deeper than ${JSON_DEPTH_MAX} levels at position ${at}. Send the values flat, or row by row.`,
	);

const tooMany = (): ApiError =>
	new ApiError(
		"PAYLOAD_TOO_LARGE",
		`The body has more than ${JSON_LISTS_MAX} lists and objects. Send the values flat, or split the rows over several requests.`,
	);
