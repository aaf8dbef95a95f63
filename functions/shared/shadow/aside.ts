/**
 * Work beside a request that its answer never waits for: it may go on while the next request is answered. One piece at a time,
 * so that an outage cannot pile it up; what cannot be done is counted and forgotten.
 */
import type { Log } from "../telemetry/log.ts";
import { writeShadowDropped } from "../telemetry/metrics.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

export interface Aside {
	/** Begins the work unless other work is under way, or `isPossible` is false. Never throws. */
	begin(of: { model: string; log: Log; isPossible: boolean }, work: () => Promise<unknown>): void;
}

export function createAside({ write, now }: Pick<Telemetry, "write" | "now">): Aside {
	let isBusy = false;
	return {
		begin: ({ model, log, isPossible }, work) => {
			if (isBusy || !isPossible) {
				writeShadowDropped(write, now(), model);
				return;
			}
			isBusy = true;
			work()
				.catch((thrown: unknown) => {
					log.warn("A request has no shadow", {}, thrown);
					writeShadowDropped(write, now(), model);
				})
				.finally(() => {
					isBusy = false;
				});
		},
	};
}
