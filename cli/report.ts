/** `.sandbox/report.json`: what one run of the main job did and saw. Written whole, by rename, so that a reader never meets half. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface Prediction {
	model: string;
	tenant: string;
	status: number;
	latencyMs: number;
	requestId: string;
	traceId: string;
	/** The answer's outputs, by name. */
	output: Record<string, unknown>;
}

export interface Violation {
	policy: string;
	resource: string;
	message: string;
}

/** A burst of jobs in which a worker was killed. */
export interface BurstOutcome {
	model: string;
	version: number;
	tenant: string;
	submitted: number;
	succeeded: number;
	/** ARN of the task whose processes were killed, and how many jobs others had to claim once more. */
	killedTask: string;
	claimedAgain: number;
	/** Half of the jobs had ended within this time, and all within that: what a killed worker held waits for its lease. */
	p50Seconds: number;
	slowestSeconds: number;
}

/** A window of batch predictions. */
export interface WindowOutcome {
	model: string;
	version: number;
	/** Both ends in UTC. */
	window: { start: string; end: string };
	rows: number;
	chunks: number;
	seconds: number;
}

/** A version that was rolled out under traffic, and what the judge made of it. */
export interface RolloutOutcome {
	model: string;
	/** Versions: the champion, and the one that was to be. */
	from: number;
	to: number;
	/** Every judgement in its order; the weight in percent of the traffic. */
	verdicts: { verdict: string; weight: number; sentence: string }[];
	outcome: string;
	/** From its first step to its end, without the training. */
	seconds: number;
	/** What clients sent meanwhile, how much of it the new version got, and what was not served. */
	requests: { sent: number; toNew: number; failed: number };
}

export interface Report {
	engine: { version: string; source: string };
	/** How many resources the stack has. */
	resources: number;
	policies: { pack: string; rules: string[]; violations: Violation[] };
	/** The careless program that the pack rejected. */
	rejected: { program: string; violations: Violation[] };
	model: { name: string; version: number; sha256: string; accuracy: number };
	predictions: Prediction[];
	/** The burst of jobs in which a worker was killed; absent where the settings have no queued sample. */
	jobs?: BurstOutcome;
	/** The window of batch predictions; absent where the settings have no batch sample. */
	batch?: WindowOutcome;
	/** Versions that were rolled out under traffic, in their order; none where the story was cut down to others. */
	rollouts: RolloutOutcome[];
	throttled: { tenant: string; status: number; retryAfter: number };
	durationSeconds: number;
}

/** @param file absolute path */
export async function writeReport(file: string, report: Report): Promise<void> {
	await mkdir(dirname(file), { recursive: true });
	const draft = `${file}.${process.pid}`;
	await writeFile(draft, `${JSON.stringify(report, null, 2)}\n`);
	await rename(draft, file);
}
