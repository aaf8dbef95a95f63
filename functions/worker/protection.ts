/**
 * Keeps a busy task from being chosen by a scale-in, and lets an idle one go. Decides when to say so; task-protection.ts says it.
 * Not a defence against spot notices: those end in SIGTERM, and that in a drain.
 */
import type { Log } from "../shared/telemetry/log.ts";
import type { Clock, TaskProtection } from "./ports.ts";

export interface Protection {
	/** Tells whether there is work now. */
	update(isBusy: boolean): void;
	/** Lets the task go, at the end. */
	end(): Promise<void>;
}

/** So long without work before the task may go: requests to the agent are few even where jobs come one by one. */
const IDLE_MS = 15_000;
/** Half of what a protection lasts. */
const RENEW_MS = 30 * 60 * 1000;
const RETRY_MS = 10_000;

export function createProtection(parts: { port: TaskProtection; clock: Pick<Clock, "now">; log: Log }): Protection {
	const { port, clock, log } = parts;
	let [isOn, saidAtMs, busyAtMs] = [false, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
	/** What was said last was not taken. */
	let isUnheard = false;
	let saying = Promise.resolve();

	const say = (wanted: boolean): void => {
		isOn = wanted;
		saidAtMs = clock.now();
		saying = saying.then(async () => {
			try {
				await port.protect(wanted);
				isUnheard = false;
			} catch (thrown) {
				// Said again soon; a task that goes all the same drains as for a spot notice.
				isUnheard = true;
				saidAtMs = clock.now() - RENEW_MS + RETRY_MS;
				log.warn("The task's protection could not be changed", {}, thrown);
			}
		});
	};
	return {
		update: (isBusy) => {
			const nowMs = clock.now();
			if (isBusy) busyAtMs = nowMs;
			const wanted = nowMs - busyAtMs < IDLE_MS;
			if (wanted !== isOn || ((wanted || isUnheard) && nowMs - saidAtMs >= RENEW_MS)) say(wanted);
		},
		end: async () => {
			if (isOn) say(false);
			await saying;
		},
	};
}
