/** The door of the release function: an event is one of the charter's requests, or refused in words. */
import { z } from "zod";
import { type ReleaseRequest, ReleaseSettings } from "../../charter/release.ts";
import { ReleaseRequestError } from "./errors.ts";

const REASON_MAX = 4_000;
/** Of all models whose jobs one function makes. */
const ALARMS_MAX = 1_000;
const WHOLE_TRAFFIC = 100;

const name = z
	.string()
	.regex(/^[A-Za-z0-9_-]{1,64}$/, { error: "a function's name is up to 64 letters, digits, - and _" });
const version = z.string().regex(/^[1-9]\d{0,8}$/, { error: 'a published version is a number, as in "7"' });
const burnAlarms = z.array(z.string().min(1).max(255)).max(ALARMS_MAX);
const release = { function: name, version };
const target = z.strictObject({ ...release, burnAlarms, probe: z.record(z.string(), z.unknown()) });

const Request = z.discriminatedUnion("action", [
	z.strictObject({
		action: z.literal("start"),
		stateMachine: z.string().min(1).max(2_048),
		releases: z.array(target),
		...ReleaseSettings.shape,
	}),
	z.strictObject({ action: z.literal("begin"), ...release }),
	z.strictObject({
		action: z.literal("shift"),
		...release,
		from: version,
		step: z.int().min(0),
		weight: z.number().gt(0).max(WHOLE_TRAFFIC),
	}),
	z.strictObject({ action: z.literal("judge"), ...release, burnAlarms, sinceMs: z.number().positive() }),
	z.strictObject({ action: z.literal("finish"), ...release, from: version }),
	z.strictObject({
		action: z.literal("back"),
		...release,
		from: version,
		reason: z
			.string()
			.min(1)
			.transform((text) => text.slice(0, REASON_MAX)),
	}),
]) satisfies z.ZodType<ReleaseRequest>;
export type Request = z.output<typeof Request>;

/** @throws {ReleaseRequestError} that says what of it is wrong */
export function readRequest(event: unknown): Request {
	const parsed = Request.safeParse(event);
	if (parsed.success) return parsed.data;
	const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
	throw new ReleaseRequestError(
		`The request of the release function cannot be read: ${faults.slice(0, 5).join("; ")}. Correct it, then ask again.`,
	);
}
