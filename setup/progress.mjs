/**
 * Tells people what a long step is at and for how long: one line that changes on a terminal, a line now and then elsewhere.
 * It says nothing of steps that were not needed.
 */
const TICK_MS = 1000;
const QUIET_SECONDS = 15;

/** @param {number} seconds */
export function elapsed(seconds) {
	const whole = Math.floor(seconds);
	return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/**
 * @param {{ stream?: { isTTY?: boolean, write(text: string): unknown }, now?: () => number }} [options]
 */
export function createProgress({ stream = process.stderr, now = Date.now } = {}) {
	/** @param {string} text */
	const line = (text) => stream.write(`${text}\n`);
	return {
		say: line,
		/**
		 * Shows the step until `work` is done.
		 * @template T
		 * @param {string} title
		 * @param {() => Promise<T>} work
		 * @returns {Promise<T>}
		 */
		async step(title, work) {
			const startedAt = now();
			const seconds = () => (now() - startedAt) / 1000;
			let saidAt = 0;
			const show = () => {
				if (stream.isTTY) stream.write(`\r\x1b[K${title} … ${elapsed(seconds())}`);
				else if (saidAt === 0 || seconds() - saidAt >= QUIET_SECONDS) {
					line(saidAt === 0 ? `${title} …` : `${title} … ${elapsed(seconds())}`);
					saidAt = Math.max(seconds(), Number.MIN_VALUE);
				}
			};
			show();
			const timer = setInterval(show, TICK_MS);
			const clear = stream.isTTY ? "\r\x1b[K" : "";
			try {
				const result = await work();
				line(`${clear}${title}: done in ${elapsed(seconds())}`);
				return result;
			} catch (error) {
				line(`${clear}${title}: failed after ${elapsed(seconds())}`);
				throw error;
			} finally {
				clearInterval(timer);
			}
		},
	};
}
