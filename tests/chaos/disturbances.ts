/**
 * Interrupts tasks while they work: kills, spot notices, hangs. What, when and for how long is drawn from the seed.
 * Each hang ends by itself; whom it hits is the draw's position among the tasks that run at that moment.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "./random.ts";
import type { Fleet, Task } from "./tasks.ts";

/**
 * - `killWorker`, `killModelServer`: SIGKILL
 * - `noticeWorker`: SIGTERM, as a spot notice
 * - `hangModelServer`: it stops answering for a while, then goes on, or is killed as a health check would
 * - `hangWorker`: it is paused for longer than its leases hold, then goes on as if nothing had happened
 */
const KINDS = ["killWorker", "noticeWorker", "killModelServer", "hangModelServer", "hangWorker"] as const;
type Kind = (typeof KINDS)[number];

/** How often each comes in one round; a paused worker is away for long. */
const TIMES_A_ROUND: Readonly<Record<Kind, number>> = {
	killWorker: 3,
	noticeWorker: 3,
	killModelServer: 3,
	hangModelServer: 3,
	hangWorker: 1,
};

export interface Disturbance {
	kind: Kind;
	/** Rest before it. */
	afterMs: number;
	/** Which of the tasks, from 0 up to but not 1. */
	target: number;
	/** How long a hang lasts. */
	hangMs: number;
	/** Whether a hang of a model server ends by SIGKILL. */
	isKilledAfterHang: boolean;
}

const REST_MS = { least: 500, most: 4500 };
const MODEL_SERVER_HANG_MS = { least: 1000, most: 12_000 };
/** A lease holds 30 s. */
const WORKER_HANG_MS = { least: 31_000, most: 38_000 };

/** Without an end; round by round, each in another order, so that a short run too meets every kind. */
export function* disturbancesOf(random: Random): Generator<Disturbance, never> {
	for (;;)
		for (const kind of random.shuffle(
			KINDS.flatMap((each) => Array.from({ length: TIMES_A_ROUND[each] }, () => each)),
		)) {
			const hang = kind === "hangWorker" ? WORKER_HANG_MS : MODEL_SERVER_HANG_MS;
			yield {
				kind,
				afterMs: random.between(REST_MS.least, REST_MS.most),
				target: random.fraction(),
				hangMs: random.between(hang.least, hang.most),
				isKilledAfterHang: random.isHit(0.5),
			};
		}
}

type DisturbanceCounts = Record<Kind, number>;

export interface Disturber {
	counts(): Readonly<DisturbanceCounts>;
	/** Ends the disturbing, and whatever hangs goes on. */
	stop(): Promise<void>;
}

export function startDisturber(fleet: Fleet, random: Random): Disturber {
	const counts: DisturbanceCounts = {
		killWorker: 0,
		noticeWorker: 0,
		killModelServer: 0,
		hangModelServer: 0,
		hangWorker: 0,
	};
	const stopping = new AbortController();
	const hangs = new Set<Promise<void>>();
	/** Of two hangs of one task the first one's end would end the other. */
	const hanging = new Set<Task>();
	const rest = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});
	const hang = async (task: Task, { kind, hangMs, isKilledAfterHang }: Disturbance) => {
		const container = kind === "hangWorker" ? "worker" : "modelServer";
		hanging.add(task);
		task.signal(container, "SIGSTOP");
		await rest(hangMs);
		task.signal(container, kind === "hangModelServer" && isKilledAfterHang ? "SIGKILL" : "SIGCONT");
		hanging.delete(task);
	};
	const carryOut = (task: Task, disturbance: Disturbance) => {
		counts[disturbance.kind] += 1;
		if (disturbance.kind === "killWorker") task.signal("worker", "SIGKILL");
		else if (disturbance.kind === "killModelServer") task.signal("modelServer", "SIGKILL");
		else if (disturbance.kind === "noticeWorker") task.stop();
		else {
			const hung = hang(task, disturbance).finally(() => hangs.delete(hung));
			hangs.add(hung);
		}
	};
	const work = (async () => {
		for (const disturbance of disturbancesOf(random)) {
			await rest(disturbance.afterMs);
			if (stopping.signal.aborted) return;
			const tasks = fleet.tasks().filter((task) => !hanging.has(task));
			const task = tasks[Math.floor(disturbance.target * tasks.length)];
			if (task) carryOut(task, disturbance);
		}
	})();
	return {
		counts: () => counts,
		stop: async () => {
			stopping.abort();
			await work;
			await Promise.all(hangs);
		},
	};
}
