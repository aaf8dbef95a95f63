/** The real {@link Clock}. */
import type { Clock } from "./ports.ts";

export const systemClock: Clock = {
	now: Date.now,
	pause: (ms, signal) =>
		new Promise((resolve) => {
			if (signal?.aborted) return resolve();
			const end = () => {
				clearTimeout(timer);
				signal?.removeEventListener("abort", end);
				resolve();
			};
			const timer = setTimeout(end, ms);
			signal?.addEventListener("abort", end);
		}),
};
