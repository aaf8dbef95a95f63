/** A worker's ports as a test disturbs them: calls that fail, answers that get lost, and a process that is suddenly gone. */
import type { WorkerPorts } from "../../functions/worker/worker.ts";

export interface Trouble {
	/** The process is gone: nothing that it awaits comes back, and nothing that it would still do happens. */
	kill(): void;
}

const gone = (): Promise<never> => new Promise(() => {});

/**
 * @param fails whether the next call fails, and if so whether before or after it was done
 */
export function troubled(
	ports: WorkerPorts,
	fails: () => "no" | "before" | "after",
): { ports: Pick<WorkerPorts, "claims" | "queue" | "outbox" | "payloads" | "server">; trouble: Trouble } {
	let isGone = false;
	const disturbed = <Args extends unknown[], Result>(
		call: (...args: Args) => Promise<Result>,
		isReliable = false,
	): ((...args: Args) => Promise<Result>) => {
		return async (...args) => {
			if (isGone) return gone();
			const fault = isReliable ? "no" : fails();
			if (fault === "before") throw new Error("The request was lost.");
			const result = await call(...args);
			if (isGone) return gone();
			if (fault === "after") throw new Error("The answer was lost.");
			return result;
		};
	};
	const { claims, queue, outbox, payloads, server } = ports;
	return {
		trouble: {
			kill: () => {
				isGone = true;
			},
		},
		ports: {
			claims: {
				claim: disturbed((job) => claims.claim(job)),
				heartbeat: disturbed((claim) => claims.heartbeat(claim)),
				commit: disturbed((claim, response) => claims.commit(claim, response)),
				fail: disturbed((claim, failure, options) => claims.fail(claim, failure, options)),
				release: disturbed((claim, ...how) => claims.release(claim, ...how)),
				markDeadLettered: disturbed((job) => claims.markDeadLettered(job)),
			},
			queue: {
				receive: disturbed((options) => queue.receive(options)),
				remove: disturbed((delivery) => queue.remove(delivery)),
				hide: disturbed((delivery, seconds) => queue.hide(delivery, seconds)),
			},
			outbox: {
				deadLetter: disturbed((delivery, why) => outbox.deadLetter(delivery, why)),
				callback: disturbed((job, tenant) => outbox.callback(job, tenant)),
			},
			payloads: {
				requestBytes: disturbed((job) => payloads.requestBytes(job)),
				readRequest: disturbed((job) => payloads.readRequest(job)),
				writeResponse: disturbed((job, response) => payloads.writeResponse(job, response)),
			},
			// What the server itself does is the script's; a call ends with the process, though.
			server: {
				infer: disturbed((call, signal) => server.infer(call, signal), true),
				isReady: disturbed(() => server.isReady(), true),
			},
		},
	};
}
