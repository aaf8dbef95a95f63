/**
 * A queue as a function sees it that SQS itself calls: what it does with its message becomes what it reports of it.
 * Not the queue of a worker, which removes its messages itself.
 */
import type { Queue } from "../worker/ports.ts";

/** SQS itself forgets what the function does not report: removing a message is leaving it out, hiding one is keeping it. */
export function forgetting(queue: Queue) {
	let isKept = false;
	return {
		remove: async (): Promise<void> => {
			isKept = false;
		},
		hide: async (...args: Parameters<Queue["hide"]>): Promise<void> => {
			isKept = true;
			await queue.hide(...args);
		},
		keep: (): void => {
			isKept = true;
		},
		isForgotten: (): boolean => !isKept,
	};
}
