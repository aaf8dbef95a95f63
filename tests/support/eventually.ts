/** Repeats an assertion until it holds, for what comes true a moment later; bounded, and failing with its last words. */

const POLL_MS = 100;

/** @param patienceMs how long the assertion may take to come true */
export async function eventually(assertion: () => Promise<unknown>, patienceMs = 10_000): Promise<void> {
	const deadlineMs = performance.now() + patienceMs;
	for (;;) {
		try {
			await assertion();
			return;
		} catch (error) {
			if (performance.now() > deadlineMs) throw error;
			await new Promise((resolve) => setTimeout(resolve, POLL_MS));
		}
	}
}
