/** How long a message is kept back before its job is tried again. Pure. */

/** For what was nobody's fault: the model server needs a moment. */
const RELEASE_SECONDS = 2;
const FAILURE_BASE_SECONDS = 2;
const FAILURE_MAX_SECONDS = 60;

/**
 * After so many failures of its own; doubles each time, with a fifth of it as jitter.
 * @param random from 0 up to but not 1
 */
export function failureBackoffSeconds(failures: number, random: number): number {
	const seconds = Math.min(FAILURE_MAX_SECONDS, FAILURE_BASE_SECONDS * 2 ** Math.max(0, failures - 1));
	return Math.ceil(seconds * (1 + random / 5));
}

export const releaseBackoffSeconds = (random: number): number => RELEASE_SECONDS + Math.round(random * RELEASE_SECONDS);
