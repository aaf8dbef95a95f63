/**
 * Reads what a caller sends back of how a prediction went. Strict, and without a schema library, as the inference request is:
 * predict carries it. What becomes of it is in feedback.ts.
 */
import { ApiError } from "../../../charter/errors.ts";
import { VERSION_MAX } from "../../../charter/registry.ts";
import { kindOf } from "./tensor-data.ts";

export interface FeedbackBody {
	version: number;
	/** Name of the variant that had answered, where the caller says so. */
	variant: string | undefined;
	/** 0 bad to 1 good. */
	outcome: number;
}

const FIELDS = ["request_id", "job", "model_version", "variant", "outcome"] as const;
const TEXT_MAX_CHARACTERS = 128;

/** @throws {ApiError} INVALID_REQUEST that names the field at fault and what to send instead */
export function readFeedback(body: unknown): FeedbackBody {
	if (body === null || typeof body !== "object" || Array.isArray(body))
		throw fault(`The body is ${kindOf(body)}`, 'Send an object with "model_version" and "outcome"');
	const unknown = Object.keys(body).find((key) => !FIELDS.some((field) => field === key));
	if (unknown !== undefined)
		throw fault(`The body has the unknown key "${unknown.slice(0, 60)}"`, `Its keys are ${FIELDS.join(", ")}`);
	const field = (name: (typeof FIELDS)[number]): unknown =>
		Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
	for (const name of ["request_id", "job"] as const) readText(field(name), name);
	return {
		version: readVersion(field("model_version")),
		variant: readText(field("variant"), "variant"),
		outcome: readOutcome(field("outcome")),
	};
}

/** As the inference response has it, which is text; or as a number. */
function readVersion(value: unknown): number {
	const version = typeof value === "string" && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : value;
	if (typeof version === "number" && Number.isInteger(version) && version >= 1 && version <= VERSION_MAX)
		return version;
	throw fault(`"model_version" is ${shown(value)}`, "Send the model_version of the answer, a whole number from 1");
}

function readOutcome(value: unknown): number {
	if (typeof value === "boolean") return value ? 1 : 0;
	if (typeof value === "number" && value >= 0 && value <= 1) return value;
	throw fault(`"outcome" is ${shown(value)}`, "Send a number from 0, bad, to 1, good; or true where it was good");
}

function readText(value: unknown, name: string): string | undefined {
	if (value === undefined) return undefined;
	if (typeof value === "string" && value !== "" && value.length <= TEXT_MAX_CHARACTERS) return value;
	throw fault(
		`"${name}" is ${typeof value === "string" ? `of ${value.length} characters` : kindOf(value)}`,
		`Send a text of 1 to ${TEXT_MAX_CHARACTERS} characters, or leave it out`,
	);
}

const shown = (value: unknown): string => (typeof value === "number" ? String(value) : kindOf(value));

const fault = (what: string, todo: string): ApiError => new ApiError("INVALID_REQUEST", `${what}. ${todo}.`);
