/**
 * One run: raises the stage, submits, disturbs while the jobs run, waits for their ends, and settles the accounts.
 * Bounded in time; what has not ended by then is lost.
 */
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type DeadLetter, judge, type Verdict } from "./accounts.ts";
import { startDisturber } from "./disturbances.ts";
import { openDoors } from "./doors.ts";
import { createDuplicator } from "./duplicates.ts";
import { startFaultProxy } from "./fault-proxy.ts";
import { nextFault } from "./faults.ts";
import type { ChaosOptions } from "./options.ts";
import { type Payload, payloadsOf } from "./payloads.ts";
import { type Say, untilEnded } from "./progress.ts";
import { type Random, randomOf } from "./random.ts";
import { commitsLoggedIn, recordsOf, responsesOf, takeDeadLetters, visibleIn } from "./settlement.ts";
import { type Stage, setStage, taskEnvironment } from "./stage.ts";
import { startSubmissions } from "./submissions.ts";
import { startSweeper } from "./sweeping.ts";
import { startFleet } from "./tasks.ts";
import { sendUnreadable, unreadableBodies } from "./unreadable.ts";
import { startWitness } from "./witness.ts";

/** The last line of `--json`. */
export interface ChaosReport {
	seed: number;
	jobs: number;
	lost: number;
	doubled: number;
	mismatched: number;
	/** Tasks that were interrupted: killed, noticed or hung. */
	kills: number;
	/** Copies of messages that were sent. */
	duplicates: number;
	/** Poisoned jobs and unreadable messages. */
	poison: number;
	poisonInDlq: number;
	seconds: number;
}

export const isWell = ({ lost, doubled, mismatched, poison, poisonInDlq }: ChaosReport): boolean =>
	lost + doubled + mismatched === 0 && poison === poisonInDlq;

const TENANTS = ["acme", "borealis", "cinder", "delphi", "ember"] as const;
/** Enough that workers never wait for work, and far from enough for a queue that grows with the run. */
const ALLOWANCE = { rps: 500, burst: 1000, jobsInFlightMax: 60 };
/** Of each of twelve clients: about forty jobs a second. */
const CLIENT_REST_MS = 300;
const FAULT_SHARE = 0.05;
const POISON_SHARE = 0.01;
const UNREADABLE_SHARE = 0.002;
const UNREADABLE_REST_MS = 700;
const BATCHING = { maxSize: 8, maxWaitMs: 20 };

/** What a run may take, whatever happens: the stage and the last leases, and the jobs at their slowest. */
const limitSeconds = (jobs: number): number => 150 + jobs * 0.06;
const LOOK_MS = 1000;
/** After the last job: for late copies, and for poison that has yet to be set aside. */
const SETTLING_SECONDS = 60;

/** @throws {TriplaneError} where the run breaks down; what it finds wrong is in the verdict */
export async function runChaos(options: ChaosOptions, say: Say): Promise<{ report: ChaosReport; verdict: Verdict }> {
	const startedAtMs = performance.now();
	const scope = new AsyncDisposableStack();
	try {
		const stage = await setStage(scope, say);
		const { verdict, kills, duplicates } = await disturb(stage, options, scope, say);
		const report: ChaosReport = {
			seed: options.seed,
			jobs: options.jobs,
			lost: verdict.lost.length,
			doubled: verdict.doubled.length,
			mismatched: verdict.mismatched.length,
			kills,
			duplicates,
			poison: verdict.poison,
			poisonInDlq: verdict.poisonInDlq,
			seconds: Math.round((performance.now() - startedAtMs) / 1000),
		};
		if (isWell(report)) await rm(stage.logFolder, { recursive: true });
		else say(`the logs of workers and model servers are in ${stage.logFolder}`);
		return { report, verdict };
	} finally {
		await scope.disposeAsync();
	}
}

async function disturb(stage: Stage, { seed, jobs, workers }: ChaosOptions, scope: AsyncDisposableStack, say: Say) {
	const { cloud, emulator, heldout } = stage;
	const { clients, queues } = cloud;
	const random = (purpose: string): Random => randomOf(seed, purpose);
	const limit = AbortSignal.timeout(limitSeconds(jobs) * 1000);
	const plan = { jobs, tenants: TENANTS, heldout, poisonShare: POISON_SHARE };
	const payloads = payloadsOf(plan, random("payloads"));

	const duplicator = createDuplicator(clients.sqs, queues.queueUrl, random("duplicates"));
	const faults = random("faults");
	const proxy = await startFaultProxy({
		target: emulator.url,
		faultOf: (call) => nextFault(call, FAULT_SHARE, faults),
		onCall: duplicator.onCall,
	});
	scope.defer(() => proxy.close());
	const witness = startWitness(clients.streams, cloud.streamArn);
	scope.defer(() => witness.stop());
	const doors = openDoors(stage, proxy.url, () => ALLOWANCE);
	scope.defer(() => doors.close());
	const environment = taskEnvironment(stage, proxy.url, BATCHING);
	const fleet = await startFleet({ ...stage, environment }, workers);
	scope.defer(() => fleet.stop());
	const disturber = startDisturber(fleet, random("disturbances"));
	scope.defer(() => disturber.stop());

	const sweeper = startSweeper(doors.sweep);
	scope.defer(() => sweeper.stop());

	say(`submitting ${jobs} jobs of ${TENANTS.length} tenants to ${workers} tasks, seed ${seed}`);
	const { submit } = doors;
	const submissions = startSubmissions({
		payloads,
		submit,
		random: random("clients"),
		restMs: CLIENT_REST_MS,
		signal: limit,
	});
	const bodies = unreadableBodies(Math.max(1, Math.round(jobs * UNREADABLE_SHARE)), random("unreadable"));
	const restMs = UNREADABLE_REST_MS;
	const sending = sendUnreadable(clients.sqs, queues.queueUrl, bodies, { restMs, signal: limit });
	const look = { jobs, accepted: submissions.accepted, witness, disturber, proxy, sweeper, fleet, say };
	await Promise.all([submissions.done, sending, untilEnded(look, limit)]);
	say("all jobs have ended; waiting for the last messages");
	await disturber.stop();
	await duplicator.finish();
	const unreadable = await sending;
	const deadLetters = await settled(stage, submissions.accepted, unreadable);
	say("stopping the tasks");
	await fleet.stop();
	await witness.catchUp();

	say("settling the accounts");
	const records = await recordsOf(clients.dynamodb);
	const verdict = judge({
		accepted: submissions.accepted,
		unreadable,
		histories: witness.histories,
		records,
		responses: await responsesOf(clients, records),
		deadLetters,
		loggedCommits: await commitsLoggedIn(stage.logFolder),
	});
	const kills = Object.values(disturber.counts()).reduce((sum, count) => sum + count, 0);
	return { verdict, kills, duplicates: duplicator.sent() };
}

/** Waits until no message is left that a worker could take, and all poison is set aside; not for ever. */
async function settled(
	{ cloud: { clients, queues } }: Stage,
	accepted: ReadonlyMap<string, Payload>,
	unreadable: readonly string[],
): Promise<DeadLetter[]> {
	const letters: DeadLetter[] = [];
	const wanted = new Set(unreadable);
	for (const [job, { poison }] of accepted) if (poison) wanted.add(job);
	for (const untilMs = Date.now() + SETTLING_SECONDS * 1000; Date.now() < untilMs; await sleep(LOOK_MS)) {
		letters.push(...(await takeDeadLetters(clients.sqs, queues.deadLetterQueueUrl)));
		for (const { job, body } of letters) wanted.delete(job ?? body);
		if (wanted.size === 0 && (await visibleIn(clients.sqs, queues.queueUrl)) === 0) break;
	}
	return letters;
}
