/** When tenants send their requests: at random times around a rate, as independent clients do. Drawn from the seed. */
import type { Random } from "./random.ts";

export interface Arrival {
	tenant: string;
	/** From the start. */
	afterMs: number;
}

/** The arrivals of all tenants within so many seconds, in their order. */
export function arrivalsOf(
	tenants: readonly { tenant: string; rps: number }[],
	seconds: number,
	random: Random,
): Arrival[] {
	const arrivals = tenants.flatMap(({ tenant, rps }) => {
		const times: Arrival[] = [];
		const next = () => (-Math.log(1 - random.fraction()) / rps) * 1000;
		for (let afterMs = next(); afterMs < seconds * 1000; afterMs += next()) times.push({ tenant, afterMs });
		return times;
	});
	return arrivals.sort((a, b) => a.afterMs - b.afterMs);
}
