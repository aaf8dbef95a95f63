/** The main job, step by step. Each step really does what its line says, or throws. */
import { TriplaneError } from "../../charter/errors.ts";
import type { OpenStack } from "../../sandbox/engine/stack.ts";
import { requestByValues } from "../platform/heldout.ts";
import { issueTokens } from "../platform/tokens.ts";
import type { BurstOutcome, Prediction, Report, RolloutOutcome, WindowOutcome } from "../report.ts";
import type { Steps } from "../steps.ts";
import { tellBatch } from "./batch.ts";
import { callersOf, pacingMsOf, type Tenant } from "./callers.ts";
import { counting, type Deployed, deploy, openOn, programIn } from "./deploy.ts";
import { expectedTimes } from "./expected-times.ts";
import { tellJobs } from "./jobs.ts";
import type { Only } from "./only.ts";
import { serveByPipeline } from "./pipeline-training.ts";
import { predictHeldout } from "./predict.ts";
import { linesOf, rejectionOf } from "./reject.ts";
import { tellRollouts } from "./rollouts.ts";
import { isDeclared, SAMPLES, type Served } from "./samples.ts";
import type { Stage } from "./stage.ts";
import { exceedRate, type ThrottleOutcome } from "./throttle.ts";
import { treeOf } from "./trace.ts";

const CARELESS = "tests/programs/careless.ts";
const SAMPLE = SAMPLES.realtime;

/** A platform that is up: deployed, with a version that serves, and tokens. */
export interface Platform extends Deployed, Served {
	stack: OpenStack;
	/** Every tenant's token. */
	tokens: { name: string; token: string }[];
	/** Those who may call the sample, tightest tier first. */
	tenants: Tenant[];
}

/** Raises the platform on a stage. */
export async function raise(stage: Stage, steps: Steps): Promise<Platform> {
	const stack = await openOn(stage, "triplane", programIn(stage, "index.ts"));
	const deployed = await steps.run(
		"up",
		(say) => deploy(stack, say),
		({ result: { resources, violations } }) =>
			`${resources} resources, violations of the charter: ${violations.length || "none"}`,
	);
	for (const line of expectedTimes(stage.settings)) steps.line(`      ${line}`);
	const served = await serveByPipeline(stage, deployed.outputs, SAMPLE, steps);
	const tokens = await issueTokens(stage.aws, deployed.outputs.tenantTable, deployed.outputs.tenants);
	return { ...deployed, ...served, stack, tokens, tenants: callersOf(stage.settings, SAMPLE, tokens) };
}

/** Destroys the stack as the engine would on AWS. What stops the sandbox ends it all the same. */
export async function tearDown({ stack }: Platform, steps: Steps): Promise<void> {
	await steps.run(
		"down",
		(say) => stack.destroy({ onProgress: counting(say) }),
		({ changes }) => `${changes.delete ?? 0} resources deleted`,
	);
}

/** What the platform then shows of itself. */
export interface Shown {
	predictions: Prediction[];
	throttled: ThrottleOutcome;
	/** Undefined where the settings have no queued sample. */
	jobs: BurstOutcome | undefined;
	/** Undefined where they have no batch sample. */
	batch: WindowOutcome | undefined;
	/** Empty where the story is cut down to others. */
	rollouts: RolloutOutcome[];
	rejected: Report["rejected"];
}

/**
 * Shows that the platform predicts, throttles, rolls out and rejects; each throws where it does not.
 * @param only what the story is cut down to
 */
export async function show(stage: Stage, platform: Platform, steps: Steps, only?: Only): Promise<Shown> {
	const { outputs, trained, tenants } = platform;
	const [generous, strict] = [tenants.at(-1), tenants[0]];
	if (!generous || !strict || generous === strict)
		throw new TriplaneError(`The story needs two tenants that may call ${SAMPLE}: declare them in triplane:tenants.`);
	const entityInput = trained.manifest.signature.features?.entityInput ?? "";
	const predictions = await steps.run(
		"predict",
		() =>
			predictHeldout(
				outputs.url,
				SAMPLE,
				[generous, strict],
				trained.heldout,
				entityInput,
				pacingMsOf([generous, strict]),
			),
		(all) =>
			`${all.length} requests by ${generous.name} and ${strict.name}, ${trained.heldout.length} rows: all equal the trainer's own`,
	);
	for (const line of await traceLines(stage, predictions.at(-1)?.traceId ?? "")) steps.line(`      ${line}`);
	const request = requestByValues(trained.heldout.slice(0, 1));
	const throttled = await steps.run(
		"throttle",
		() => exceedRate(outputs.url, SAMPLE, strict, generous, request),
		({ noisy, quiet, statuses, retryAfterSeconds, quietServed }) =>
			`${noisy} over its rate: ${statuses[429]} × 429 with Retry-After ${retryAfterSeconds}; ${quiet} meanwhile: ${quietServed} of ${quietServed} served`,
	);
	const jobs = isDeclared(stage.settings, "queued") ? await tellJobs(stage, platform, steps) : undefined;
	const batch = isDeclared(stage.settings, "batch") ? await tellBatch(stage, outputs, steps) : undefined;
	const rollouts = only === "realtime" ? [] : await tellRollouts(stage, platform, steps);
	const violations = await steps.run(
		"reject",
		async (say) => {
			const careless = await openOn(stage, "careless", programIn(stage, CARELESS));
			return rejectionOf(CARELESS, await careless.preview({ onProgress: counting(say) }));
		},
		(all) => `${CARELESS} is not let through: ${all.length} violations`,
	);
	for (const line of linesOf(violations)) steps.line(line);
	return { predictions, throttled, jobs, batch, rollouts, rejected: { program: CARELESS, violations } };
}

const SPAN_PATIENCE_MS = 5_000;

/** The spans of a request come in when its function flushes them; the request's own is the last. */
async function traceLines(stage: Stage, traceId: string): Promise<string[]> {
	const deadlineMs = performance.now() + SPAN_PATIENCE_MS;
	while (performance.now() < deadlineMs) {
		const spans = stage.cloud.collector.spans(traceId);
		if (spans.length > 0) return [`trace ${traceId}`, ...treeOf(spans)];
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new TriplaneError(`No span of trace ${traceId} reached the collector within ${SPAN_PATIENCE_MS / 1000} s.`);
}
