/**
 * Calls the sweep function every few seconds, as its schedule does every minute, with a clock that is ahead: so what it would
 * look after in a minute it looks after in a run's time. To the jobs that is no more than a sweeper with a wrong clock.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { SweepHandler } from "../../functions/sweep/service.ts";
import type { SweepCounts } from "../../functions/sweep/sweep.ts";
import { lambdaContext } from "../support/functions-api.ts";

const EVERY_MS = 3000;
/** Less than the lease and the wait for orphans together, so that not everything in work is sent again. */
export const CLOCK_AHEAD_MS = 45_000;
const SWEEP_MS = 55_000;

export interface Sweeper {
	/** What all sweeps together did. */
	counts(): Readonly<SweepCounts>;
	stop(): Promise<void>;
}

export function startSweeper(sweep: SweepHandler): Sweeper {
	const total: SweepCounts = { resent: 0, expired: 0, callbacks: 0, failed: 0 };
	const stopping = new AbortController();
	const { signal } = stopping;
	const work = (async () => {
		while (!signal.aborted) {
			const counts = await sweep({}, lambdaContext(SWEEP_MS));
			for (const name of ["resent", "expired", "callbacks", "failed"] as const) total[name] += counts[name];
			await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
		}
	})();
	return {
		counts: () => total,
		stop: async () => {
			stopping.abort();
			await work;
		},
	};
}
