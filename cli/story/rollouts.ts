/**
 * The part of the story in which two new versions meet real traffic: a good one, which the judge promotes, and one that passes
 * its evaluation and fails in traffic, which the judge takes back. No client is failed by either but by the broken version itself.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { TriplaneError } from "../../charter/errors.ts";
import { type RolloutRecord, VARIANTS } from "../../charter/rollout.ts";
import { judgementLine } from "../commands/pipeline-run.ts";
import { PlatformClient } from "../platform/client.ts";
import { errorsOf } from "../platform/error-counts.ts";
import { requestByValues } from "../platform/heldout.ts";
import type { StackOutputs } from "../platform/outputs.ts";
import type { PipelineEnd } from "../platform/pipeline.ts";
import type { RolloutOutcome } from "../report.ts";
import type { Say, Steps } from "../steps.ts";
import type { Tenant } from "./callers.ts";
import { runModelPipeline } from "./pipeline-training.ts";
import type { Served } from "./samples.ts";
import type { Stage } from "./stage.ts";
import { patient, startTraffic, type Traffic, type TrafficCounts } from "./traffic.ts";

/** What a laptop's embedded AWS answers beside a training, with some to spare. */
const TRAFFIC = { rps: 120, atOnce: 8 };
/** Readers of a route keep it for so long: until then some still ask the version that was taken back. */
const ROUTE_KEPT_MS = 5_000;

/** What it needs of a platform that is up. */
interface Raised extends Served {
	outputs: StackOutputs;
	/** Those who may call the sample, tightest tier first. */
	tenants: readonly Tenant[];
}

interface Act {
	/** Arguments of the sample trainer. */
	trainer: string[];
	outcome: "PROMOTED" | "ROLLED_BACK";
	what: string;
}

const GOOD: Act = { trainer: ["--seed", "2"], outcome: "PROMOTED", what: "trained anew" };
const BROKEN: Act = {
	trainer: ["--seed", "2", "--defect", "errors"],
	outcome: "ROLLED_BACK",
	what: "with a fault that its evaluation cannot see",
};

/** Trains both versions of the sample by its pipeline, under traffic of the tenant that may send most. */
export async function tellRollouts(stage: Stage, platform: Raised, steps: Steps): Promise<RolloutOutcome[]> {
	const outcomes: RolloutOutcome[] = [];
	for (const act of [GOOD, BROKEN])
		outcomes.push(
			await steps.run(
				"rollout",
				(say) => rollOut(stage, platform, act, say, steps),
				(outcome) => summaryOf(outcome, act),
			),
		);
	return outcomes;
}

/** @throws {TriplaneError} where it ends otherwise than it should, or a request failed that the new version did not fail */
async function rollOut(
	stage: Stage,
	{ outputs, tenants, trained, registered: { model } }: Raised,
	act: Act,
	say: Say,
	steps: Steps,
): Promise<RolloutOutcome> {
	const tenant = tenants.at(-1);
	if (!tenant) throw new TriplaneError(`No tenant may call ${model}: declare one in triplane:tenants.`);
	const client = new PlatformClient(outputs.url, tenant.token);
	let traffic: Traffic | undefined;
	const sinceMs = Date.now();
	const begin = () => {
		traffic ??= startTraffic(client, model, (i) => requestByValues([patient(trained.heldout, i)]), TRAFFIC);
	};
	const told = (rollout: RolloutRecord) => {
		say(`v${rollout.to} ${rollout.state}`);
		begin();
	};
	try {
		const { end } = await runModelPipeline(stage, outputs, model, act.trainer, {
			say,
			onRollout: told,
			onJudgement: (judgement) => steps.line(`     ${judgementLine(judgement)}`),
		});
		await sleep(ROUTE_KEPT_MS);
		const counts = await stopped(traffic);
		const rollout = endedAs(model, act, end);
		await assertBlame(stage, model, rollout, counts, sinceMs);
		if (act === GOOD && counts.failures.length > 0)
			throw new TriplaneError(
				`${counts.failures.length} requests failed while v${rollout.to} of ${model} was promoted.`,
			);
		return outcomeOf(rollout, end, counts);
	} finally {
		await traffic?.stop();
	}
}

const stopped = async (traffic: Traffic | undefined): Promise<TrafficCounts> => {
	if (!traffic) throw new TriplaneError("The pipeline ended without a rollout: there was no traffic to judge by.");
	return traffic.stop();
};

function endedAs(model: string, act: Act, { rollout, outcome }: PipelineEnd): RolloutRecord {
	if (rollout && outcome === act.outcome) return rollout;
	throw new TriplaneError(
		`The version of ${model} ${act.what} should have been ${act.outcome}; it ended as ${outcome}: ${rollout?.reason ?? "there is no rollout"}`,
	);
}

const METRICS_PATIENCE_MS = 10_000;
const POLL_MS = 250;

/** @throws {TriplaneError} where clients saw more failures than the new version has made */
async function assertBlame(
	stage: Stage,
	model: string,
	{ from, to }: RolloutRecord,
	{ failures }: TrafficCounts,
	sinceMs: number,
): Promise<void> {
	const arms = [
		{ version: from, variant: VARIANTS.champion },
		{ version: to, variant: VARIANTS.canary },
		{ version: to, variant: VARIANTS.champion },
	];
	const deadlineMs = performance.now() + METRICS_PATIENCE_MS;
	for (;;) {
		const [old = 0, canary = 0, promoted = 0] = await errorsOf(stage.aws, model, arms, sinceMs);
		if (canary === failures.length && old === 0 && promoted === 0) return;
		// What functions have counted is there a moment later.
		if (performance.now() < deadlineMs) {
			await sleep(POLL_MS);
			continue;
		}
		const words = failures.slice(0, 3).map(({ status, body }) => `${status} ${JSON.stringify(body)}`);
		throw new TriplaneError(
			`${failures.length} requests failed, ${canary} of them in the canary, ${old + promoted} in a champion: ${words.join("; ")}`,
		);
	}
}

function outcomeOf(rollout: RolloutRecord, end: PipelineEnd, counts: TrafficCounts): RolloutOutcome {
	const { model, from, to, startedAtMs, endedAtMs = Date.now() } = rollout;
	const failed = counts.failures.length;
	return {
		model,
		from,
		to,
		verdicts: end.judgements.map(({ verdict, weight, sentence }) => ({ verdict, weight, sentence })),
		outcome: end.outcome ?? "",
		seconds: Math.round((endedAtMs - startedAtMs) / 100) / 10,
		requests: { sent: counts.sent, toNew: (counts.byVersion[String(to)] ?? 0) + failed, failed },
	};
}

function summaryOf({ model, from, to, verdicts, outcome, seconds, requests }: RolloutOutcome, { what }: Act): string {
	const { sent, toNew, failed } = requests;
	const end = outcome === "PROMOTED" ? `promoted over v${from}` : `rolled back to v${from}`;
	const failures =
		failed === 0
			? "none failed"
			: `${failed} failed, all by v${to}, which had ${((100 * toNew) / sent).toFixed(1)} % of them`;
	return `${model} v${to}, ${what}: ${end} ${seconds.toFixed(0)} s after it began, by ${verdicts.length === 1 ? "one look" : `${verdicts.length} looks`}; ${sent} requests meanwhile, ${failures}`;
}
