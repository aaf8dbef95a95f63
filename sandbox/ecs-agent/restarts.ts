/**
 * How long a service waits before it starts another task: longer and longer while its tasks end by themselves at once, as ECS
 * does. Pure, but for what it remembers.
 */

/** A task that ran longer than this is no failed start. */
const STARTED_MS = 10_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

export class Restarts {
	readonly #services = new Map<string, { failures: number; atMs: number }>();

	/** A task of the service ended by itself, or could not start. */
	ended(service: string, ranMs: number, nowMs: number): void {
		if (ranMs > STARTED_MS) this.#services.delete(service);
		else this.#services.set(service, { failures: (this.#services.get(service)?.failures ?? 0) + 1, atMs: nowMs });
	}

	/** Whether the service may start a task now. */
	mayStart(service: string, nowMs: number): boolean {
		const last = this.#services.get(service);
		if (last === undefined) return true;
		return nowMs >= last.atMs + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (last.failures - 1));
	}
}
