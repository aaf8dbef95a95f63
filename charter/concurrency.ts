/**
 * How much concurrency a function reserves, and whether all of them together leave the account what AWS demands.
 * Pure; which functions there are, and what comes to each, is decided in derive.ts and queued.ts.
 */
import { SettingsError } from "./errors.ts";
import {
	ACCOUNT_CONCURRENCY_LIMIT,
	CONCURRENCY_HEADROOM,
	RESERVED_CONCURRENCY_MINIMUM,
	UNRESERVED_CONCURRENCY_MINIMUM,
} from "./limits.ts";

/** What comes to a function at the peak, and how long it works on 95 % of it. */
export interface Load {
	peakRps: number;
	p95Ms: number;
}

/** Little's law at the peak, with headroom: requests per second × seconds each = requests in work at once, all loads together. */
export function reservedConcurrency(...loads: readonly Load[]): number {
	const inWork = loads.reduce((sum, { peakRps, p95Ms }) => sum + (peakRps * p95Ms) / 1000, 0);
	return Math.max(RESERVED_CONCURRENCY_MINIMUM, Math.ceil(inWork * CONCURRENCY_HEADROOM));
}

/**
 * @param reservations reserved concurrency by function
 * @throws {SettingsError} that names the numbers, where the sum leaves the account less than AWS demands
 */
export function assertReservationsFit(
	reservations: Readonly<Record<string, number>>,
	accountLimit = ACCOUNT_CONCURRENCY_LIMIT,
): void {
	const sum = sumOf(reservations);
	const limit = accountLimit - UNRESERVED_CONCURRENCY_MINIMUM;
	if (sum <= limit) return;
	const terms = Object.entries(reservations).map(([name, reservation]) => `${name} ${reservation}`);
	throw new SettingsError(
		`The functions reserve a concurrency of ${sum} (${terms.join(" + ")}), over the ${limit} that the account's ${accountLimit} leaves when ${UNRESERVED_CONCURRENCY_MINIMUM} stay unreserved. Lower traffic.peakRps or slo.p95Ms of the largest, or deploy some models to another account.`,
	);
}

export const sumOf = (reservations: Readonly<Record<string, number>>): number =>
	Object.values(reservations).reduce((total, reservation) => total + reservation, 0);
