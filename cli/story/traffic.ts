/**
 * A tenant's traffic at a steady rate through the platform's own API, for as long as a rollout needs it. Bounded: where the
 * platform is slower than the rate, requests are left out, not piled up. It counts; what the counts mean is the caller's.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { TriplaneError } from "../../charter/errors.ts";
import type { PlatformClient, Tensor } from "../platform/client.ts";
import type { HeldoutRow } from "../platform/heldout.ts";

export interface TrafficOptions {
	/** Requests that are begun in a second, as far as they are answered. */
	rps: number;
	/** Most requests on their way at once. */
	atOnce: number;
}

/** A request that was not served. */
interface Failure {
	status: number;
	requestId: string;
	body: unknown;
}

export interface TrafficCounts {
	sent: number;
	served: number;
	/** Served requests by the version that the answers name. */
	byVersion: Record<string, number>;
	failures: Failure[];
}

export interface Traffic {
	counts: Readonly<TrafficCounts>;
	/** Ends it; settles when the last request has been answered. */
	stop(): Promise<TrafficCounts>;
}

const OK = 200;
/** Of a request that the API never answered. */
const NO_ANSWER = 0;
const TICK_MS = 20;

/** @param requestOf the i-th request, from 0 */
export function startTraffic(
	client: Pick<PlatformClient, "infer">,
	model: string,
	requestOf: (i: number) => { inputs: Tensor[] },
	{ rps, atOnce }: TrafficOptions,
): Traffic {
	const counts: TrafficCounts = { sent: 0, served: 0, byVersion: {}, failures: [] };
	const onTheWay = new Set<Promise<void>>();
	let isStopping = false;
	const ask = async (request: { inputs: Tensor[] }) => {
		try {
			const { status, body, requestId } = await client.infer(model, request);
			if (status === OK) {
				counts.served += 1;
				const version = versionOf(body);
				counts.byVersion[version] = (counts.byVersion[version] ?? 0) + 1;
			} else counts.failures.push({ status, requestId, body });
		} catch (error) {
			counts.failures.push({ status: NO_ANSWER, requestId: "", body: String(error) });
		}
	};
	const begin = () => {
		const asked = ask(requestOf(counts.sent));
		counts.sent += 1;
		onTheWay.add(asked);
		void asked.then(() => onTheWay.delete(asked));
	};
	const run = async () => {
		let due = 0;
		let lastMs = performance.now();
		while (!isStopping) {
			const nowMs = performance.now();
			due = Math.min(atOnce, due + ((nowMs - lastMs) / 1000) * rps);
			lastMs = nowMs;
			for (; due >= 1 && onTheWay.size < atOnce; due--) begin();
			await sleep(TICK_MS);
		}
		await Promise.all(onTheWay);
	};
	const ended = run();
	return {
		counts,
		async stop() {
			isStopping = true;
			await ended;
			return counts;
		},
	};
}

function versionOf(body: unknown): string {
	const version = body !== null && typeof body === "object" && "model_version" in body ? body.model_version : undefined;
	return typeof version === "string" ? version : "unknown";
}

/** Every so many requests one is of a patient beyond all that the sample was trained on. */
const BEYOND_EVERY = 5;
const BEYOND_FACTOR = 10;

/** The i-th row to send, from 0: the held-out ones in turn, from time to time with values that no patient has had. */
export function patient(rows: readonly HeldoutRow[], i: number): HeldoutRow {
	const row = rows[i % rows.length];
	if (!row) throw new TriplaneError("There are no held-out rows to send.");
	if (i % BEYOND_EVERY !== BEYOND_EVERY - 1) return row;
	return { ...row, features: row.features.map((value) => value * BEYOND_FACTOR) };
}
