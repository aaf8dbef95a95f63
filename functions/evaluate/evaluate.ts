/**
 * Evaluates a training run: verifies it, asks the new model and the champion about the same held-out rows, and writes down why
 * it was accepted or refused. What is measured is in metrics.ts, what is demanded in judge.ts.
 */
import type { EvaluateResponse, EvaluationRecord } from "../../charter/pipeline.ts";
import { evaluationKey } from "../../charter/pipeline.ts";
import { modelKey, type VersionRecord } from "../../charter/registry.ts";
import { EVENTS } from "../../charter/rollout.ts";
import type { Events } from "../shared/events.ts";
import { ArtifactError } from "../shared/inference/artifact-error.ts";
import type { Models } from "../shared/inference/models.ts";
import type { ModelRuntime, ModelSession } from "../shared/inference/ports.ts";
import type { RunBucket } from "../shared/runs/run-bucket.ts";
import { canonical } from "../shared/runs/signature.ts";
import { AnswersError, answersOf } from "./answers.ts";
import { EvaluationRefusedError } from "./errors.ts";
import { claimFaults, floorFaults, judgeRows, type Measured } from "./judge.ts";
import type { Answers, Target } from "./metrics.ts";
import { type EvaluationRequest, readEvaluateRequest } from "./request.ts";
import { type StagedRun, verifyRun } from "./staged-run.ts";
import { acceptance, refusal } from "./table.ts";

export interface EvaluatePorts {
	bucket: Pick<RunBucket, "read">;
	/** The record of the version that is the model's champion, if it has one. */
	champion(model: string): Promise<VersionRecord | undefined>;
	/** Replaces an earlier evaluation of the same run. */
	write(record: EvaluationRecord): Promise<void>;
	runtime: ModelRuntime;
	/** Registered models; of one evaluation. */
	models: Models;
	/** Absent where the stack has no event bus. */
	events?: Events;
	now: () => number;
}

/** What was found out about a run. */
type Findings = Pick<EvaluationRecord, "lines" | "faults" | "notes" | "championVersion">;

/** Kept back of the function's time, to write down what came of it. */
const RESERVE_MS = 5_000;

/**
 * @param event an `EvaluateRequest`, not trusted
 * @param remainingMs how long it may still take
 * @throws {EvaluationRefusedError} with the table that says why
 * @throws {EvaluateRequestError}
 */
export async function evaluate(
	ports: EvaluatePorts,
	event: unknown,
	remainingMs: () => number,
): Promise<EvaluateResponse> {
	const request = readEvaluateRequest(event);
	const { model, run } = request;
	const { run: staged, faults, lineage } = await verifyRun(ports.bucket, request);
	const findings = staged ? await evaluateModel(ports, request, staged, remainingMs) : { lines: [], faults, notes: [] };
	const record: EvaluationRecord = {
		pk: modelKey(model),
		sk: evaluationKey(run),
		model,
		run,
		atMs: ports.now(),
		isAccepted: findings.faults.length === 0 && findings.lines.every(({ isMet }) => isMet),
		...findings,
		...(lineage && { lineage }),
	};
	await ports.write(record);
	if (record.isAccepted) {
		const { championVersion } = record;
		const sentence = acceptance(record);
		return { run, isAccepted: true, ...(championVersion !== undefined && { championVersion }), sentence };
	}
	const why = refusal(record);
	await ports.events?.tell(EVENTS.refused, { model, run, why });
	throw new EvaluationRefusedError(why);
}

async function evaluateModel(
	ports: EvaluatePorts,
	{ model, evaluate: settings }: EvaluationRequest,
	staged: StagedRun,
	remainingMs: () => number,
): Promise<Findings> {
	const { evaluation, heldout, manifest, signature } = staged;
	const check = () => {
		if (remainingMs() < RESERVE_MS)
			throw new AnswersError("it takes longer for its held-out rows than an evaluation may. Keep fewer of them");
	};
	const ask = (session: ModelSession) => answersOf(session, signature, evaluation, heldout.rows, check);
	const own = await measured(() => withSession(ports.runtime, staged, ask));
	if ("why" in own) return { lines: [], faults: [`The new model cannot be evaluated: ${own.why}.`], notes: [] };

	const champion = await ports.champion(model);
	const theirs = champion && (await measured(() => championAnswers(ports.models, champion, staged, ask)));
	const notes =
		champion && theirs && "why" in theirs
			? [`Version ${champion.version}, the champion, was not compared with: ${theirs.why}. Floors alone have judged.`]
			: [];
	const compared = theirs && "answers" in theirs ? theirs.answers : undefined;
	const { task, probabilities } = evaluation;
	const classes = probabilities?.classes ?? [...new Set<Target>(heldout.targets)].sort();
	const rows: Measured = { task, classes, targets: heldout.targets, slices: heldout.slices };
	const lines = judgeRows(rows, settings, own.answers, compared);
	return {
		lines,
		faults: [...claimFaults(manifest.metrics, lines), ...floorFaults(task, settings, lines)],
		notes,
		...(champion && { championVersion: champion.version }),
	};
}

/** Faults of a model, told from those of the platform. */
async function measured(work: () => Promise<Answers>): Promise<{ answers: Answers } | { why: string }> {
	try {
		return { answers: await work() };
	} catch (thrown) {
		if (!(thrown instanceof AnswersError || thrown instanceof ArtifactError)) throw thrown;
		const { cause, message } = thrown;
		const inner = thrown instanceof ArtifactError && cause instanceof Error ? ` ${cause.message}` : "";
		return { why: `${message}${inner}`.replace(/\.$/, "") };
	}
}

async function withSession<T>(
	runtime: ModelRuntime,
	{ artifact, signature }: StagedRun,
	work: (session: ModelSession) => Promise<T>,
): Promise<T> {
	const session = await runtime.load(artifact, signature);
	try {
		return await work(session);
	} finally {
		await session.release();
	}
}

function championAnswers(
	models: Models,
	champion: VersionRecord,
	{ signature }: StagedRun,
	ask: (session: ModelSession) => Promise<Answers>,
): Promise<Answers> {
	if (canonical(champion.signature) !== canonical(signature))
		throw new AnswersError("it has another signature, so the same rows cannot be asked of both");
	return models.use(champion, ask);
}
