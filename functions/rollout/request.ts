/**
 * The door of the rollout function: an event is one of the charter's requests, or refused in words. Whether what it asks for can
 * be done is for the actions to say.
 */
import { z } from "zod";
import { type ByHandRequest, PipelineInput, type RolloutRequest, type WatchRequest } from "../../charter/pipeline.ts";
import { VERSION_MAX } from "../../charter/registry.ts";
import { RESERVED_ARMS, type RolloutPlan } from "../../charter/rollout.ts";
import { STICKY } from "../../charter/rollout-settings.ts";
import { RolloutRequestError } from "./errors.ts";

/** As they can be parts of keys. */
const MODEL = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const NAME_MAX = 63;
const TEXT_MAX = 2_048;
const REASON_MAX = 4_000;
const EXPERIMENT_VARIANTS_MAX = 10;
const WHOLE_TRAFFIC = 100;
/** Weights are sums of decimals, which are not exact. */
const WEIGHTS_TOLERANCE = 1e-6;

const model = z
	.string()
	.max(NAME_MAX)
	.regex(MODEL, { error: 'a model\'s name has lower-case letters, digits and single hyphens, as in "tumour-risk"' });
const execution = z.string().min(1).max(TEXT_MAX);
const version = z.int().min(1).max(VERSION_MAX);
const rollout = z.int().min(1);
const percent = z.number().min(0).max(WHOLE_TRAFFIC);
const reason = z
	.string()
	.min(1)
	.transform((text) => text.slice(0, REASON_MAX));

const place = z.strictObject({
	queueUrl: z.url(),
	deadLetterQueueUrl: z.url(),
	cluster: z.string().min(1).exactOptional(),
	service: z.string().min(1).exactOptional(),
});
const Plan = z.strictObject({
	serve: z.enum(["realtime", "queued"]),
	weights: z
		.array(percent.gt(0))
		.min(1)
		.max(100)
		.refine(
			(weights) => weights.every((weight, i) => weight > (weights[i - 1] ?? 0)) && weights.at(-1) === WHOLE_TRAFFIC,
			{
				error: "the weights rise from step to step, and the last one is 100",
			},
		),
	intervalSeconds: z.number().positive(),
	alpha: z.number().gt(0).lt(1),
	mirrorPct: percent,
	sticky: z.enum(STICKY),
	approval: z.boolean(),
	outcomes: z.boolean(),
	rps: z.number().positive(),
	bounds: z.strictObject({
		errorRate: z.number().gt(0).lt(1),
		slowRate: z.number().gt(0).lt(1),
		disagreementRate: z.number().gt(0).lt(1),
		costFactor: z.number().positive(),
	}),
	burnAlarms: z.array(z.string()),
	slots: z.strictObject({ a: place.exactOptional(), b: place.exactOptional() }).exactOptional(),
}) satisfies z.ZodType<RolloutPlan>;

/** Of what the pipeline says of its model, each action reads what it needs. */
const step = { model, execution };
const variant = z.strictObject({
	name: z
		.string()
		.max(NAME_MAX)
		.regex(MODEL, { error: "a variant's name has lower-case letters, digits and single hyphens" })
		.refine((name) => !RESERVED_ARMS.includes(name), {
			error: "rollouts and pinned versions have this name",
		}),
	version,
	weight: percent.gt(0),
});
const variants = z
	.array(variant)
	.min(2)
	.max(EXPERIMENT_VARIANTS_MAX)
	.refine((all) => new Set(all.map(({ name }) => name)).size === all.length, { error: "each variant has its own name" })
	.refine((all) => Math.abs(all.reduce((sum, { weight }) => sum + weight, 0) - WHOLE_TRAFFIC) <= WEIGHTS_TOLERANCE, {
		error: "the variants' weights sum to 100",
	});

const REQUESTS = {
	begin: z.object({
		...step,
		action: z.literal("begin"),
		input: PipelineInput,
		trainImage: z.string().min(1).exactOptional(),
	}),
	open: z.object({
		...step,
		action: z.literal("open"),
		version,
		isTrained: z.boolean().exactOptional(),
		plan: Plan.exactOptional(),
	}),
	ask: z.object({ ...step, action: z.literal("ask"), rollout, taskToken: z.string().min(1).max(TEXT_MAX) }),
	deploy: z.object({ ...step, action: z.literal("deploy"), rollout }),
	shift: z.object({ ...step, action: z.literal("shift"), rollout }),
	finalize: z.object({ ...step, action: z.literal("finalize"), rollout }),
	rollback: z.object({
		...step,
		action: z.literal("rollback"),
		rollout: rollout.exactOptional(),
		reason,
		seen: z.int().min(0).exactOptional(),
		champion: z.boolean().exactOptional(),
	}),
	end: z.object({ ...step, action: z.literal("end") }),
	watch: z.object({ action: z.literal("watch") }),
	experiment: z.object({ ...step, action: z.literal("experiment"), variants, sticky: z.enum(STICKY) }),
	"end-experiment": z.object({ ...step, action: z.literal("end-experiment") }),
} satisfies Record<(RolloutRequest | ByHandRequest | WatchRequest)["action"], z.ZodType>;

type Action = keyof typeof REQUESTS;
export type Request = { [Name in Action]: z.output<(typeof REQUESTS)[Name]> }[Action];

const ACTIONS = Object.keys(REQUESTS);

/** @throws {RolloutRequestError} that says what of it is wrong */
export function readRequest(event: unknown): Request {
	const action: unknown = event !== null && typeof event === "object" ? Reflect.get(event, "action") : undefined;
	if (!isAction(action))
		throw new RolloutRequestError(
			`The rollout function was asked for no action that it has. Send {"action": …} with one of ${ACTIONS.join(", ")}.`,
		);
	const parsed = REQUESTS[action].safeParse(event);
	if (parsed.success) return parsed.data;
	const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
	throw new RolloutRequestError(
		`The request "${action}" of the rollout function cannot be read: ${faults.slice(0, 5).join("; ")}. Correct it, then ask again.`,
	);
}

const isAction = (action: unknown): action is Action => typeof action === "string" && Object.hasOwn(REQUESTS, action);
