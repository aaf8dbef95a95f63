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

/** A paused worker is away for long: it opens a round, and the others come three times each. */
const FIRST_OF_ROUND = "hangWorker";
const TIMES_A_ROUND = 3;

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

const REST_MS = { least: 300, most: 3000 };
const MODEL_SERVER_HANG_MS = { least: 1000, most: 12_000 };
const LOOKS_FOR_WORK = 80;
const LOOK_MS = 25;
/** A lease holds 30 s, a message stays hidden for 35 s: by the end of it another worker has the jobs. */
const WORKER_HANG_MS = { least: 40_000, most: 48_000 };

/** Without an end; round by round, so that a short run too meets every kind. */
export function* disturbancesOf(random: Random): Generator<Disturbance, never> {
	const others = KINDS.filter((kind) => kind !== FIRST_OF_ROUND);
	for (;;) {
		const shuffled = random.shuffle(Array.from({ length: TIMES_A_ROUND }, () => others).flat());
		for (const kind of [FIRST_OF_ROUND, ...shuffled] as const) {
			const hang = kind === FIRST_OF_ROUND ? WORKER_HANG_MS : MODEL_SERVER_HANG_MS;
			yield {
				kind,
				afterMs: random.between(REST_MS.least, REST_MS.most),
				target: random.fraction(),
				hangMs: random.between(hang.least, hang.most),
				isKilledAfterHang: random.isHit(0.5),
			};
		}
	}
}

type DisturbanceCounts = Record<Kind, number>;

export interface Disturber {
	counts(): Readonly<DisturbanceCounts>;
	/** Begins nothing more; what hangs, hangs to its end. */
	calm(): void;
	/** Ends all of it: whatever hangs goes on. */
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
	const [calming, stopping] = [new AbortController(), new AbortController()];
	const hangs = new Set<Promise<void>>();
	/** Of two hangs of one task the first one's end would end the other. */
	const hanging = new Set<Task>();
	const rest = (ms: number, { signal }: AbortController) => sleep(ms, undefined, { signal }).catch(() => {});
	const hang = async (task: Task, { kind, hangMs, isKilledAfterHang }: Disturbance) => {
		const container = kind === "hangWorker" ? "worker" : "modelServer";
		hanging.add(task);
		task.signal(container, "SIGSTOP");
		await rest(hangMs, stopping);
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
	/** An interruption tells most in the middle of work; but a task may have none, and time goes on. */
	const untilAtWork = async (task: Task) => {
		for (let looks = 0; looks < LOOKS_FOR_WORK && !calming.signal.aborted; looks++) {
			if ((await task.inWork()) > 0) return;
			await rest(LOOK_MS, calming);
		}
	};
	const work = (async () => {
		for (const disturbance of disturbancesOf(random)) {
			await rest(disturbance.afterMs, calming);
			const tasks = fleet.tasks().filter((task) => !hanging.has(task));
			const task = tasks[Math.floor(disturbance.target * tasks.length)];
			if (task) await untilAtWork(task);
			if (calming.signal.aborted) return;
			if (task) carryOut(task, disturbance);
		}
	})();
	return {
		counts: () => counts,
		calm: () => calming.abort(),
		stop: async () => {
			calming.abort();
			stopping.abort();
			await work;
			await Promise.all(hangs);
		},
	};
}
