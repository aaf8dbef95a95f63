/** Wakes a loop that waits for something to happen. A ring while nobody waits is kept for the next wait. */
import type { Clock } from "./ports.ts";

export interface Bell {
	ring(): void;
	/** Returns at the next ring, or after `ms` where that is sooner. */
	wait(ms?: number): Promise<void>;
}

export function createBell(clock: Pick<Clock, "pause">): Bell {
	let rung = new AbortController();
	return {
		ring: () => rung.abort(),
		wait: async (ms) => {
			const { signal } = rung;
			if (!signal.aborted) {
				if (ms === undefined) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
				else await clock.pause(ms, signal);
			}
			if (rung.signal.aborted) rung = new AbortController();
		},
	};
}
