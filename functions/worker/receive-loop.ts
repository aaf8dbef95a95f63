/**
 * Receives messages for as long as there is room and the model server is ready: long polls while the queue is quiet,
 * several short ones at once while it is deep. What becomes of a message is the worker's.
 */
import type { Log } from "../shared/telemetry/log.ts";
import type { Bell } from "./bell.ts";
import type { Clock, Delivery, ModelServer, Queue } from "./ports.ts";

export interface ReceivePorts {
	queue: Pick<Queue, "receive">;
	server: Pick<ModelServer, "isReady">;
	clock: Clock;
	log: Log;
	/** How many messages more may be taken; those that are being asked for are not known to it. */
	room: () => number;
	/** Rings when there is more room. */
	roomBell: Bell;
	/** Takes a message. Never throws. */
	take: (delivery: Delivery) => void;
	/** Ends the loop. */
	signal: AbortSignal;
}

export interface ReceiveLoop {
	/** Returns when the signal has aborted. */
	run(): Promise<void>;
	/** The model server may have gone: asks it before the next receive. */
	doubtServer(): void;
	readonly isServerReady: boolean;
	/** Whether the queue answered the last time that it was asked. */
	readonly isQueueReachable: boolean;
}

const RECEIVE_MAX = 10;
const RECEIVE_WAIT_SECONDS = 20;
/** Receives at once while the queue is deep. */
const RECEIVES_MAX = 4;
const RETRY_MS = 1_000;

export function createReceiveLoop(ports: ReceivePorts): ReceiveLoop {
	const { queue, server, clock, log, room, roomBell, take, signal } = ports;
	let [isServerReady, isQueueReachable, isDeep] = [false, true, false];

	/** @returns whether there were as many messages as were asked for */
	const receive = async (most: number): Promise<boolean> => {
		const deliveries = await queue.receive({ most, waitSeconds: isDeep ? 0 : RECEIVE_WAIT_SECONDS, signal });
		isQueueReachable = true;
		for (const delivery of deliveries) take(delivery);
		return deliveries.length === most;
	};
	const receiveRound = async (): Promise<void> => {
		const free = room();
		const polls = isDeep ? Math.min(RECEIVES_MAX, Math.ceil(free / RECEIVE_MAX)) : 1;
		const receives = Array.from({ length: polls }, (_, i) => receive(Math.min(RECEIVE_MAX, free - i * RECEIVE_MAX)));
		const settled = await Promise.allSettled(receives);
		for (const outcome of settled) if (outcome.status === "rejected") throw outcome.reason;
		isDeep = settled.every((outcome) => outcome.status === "fulfilled" && outcome.value);
	};
	const step = async (): Promise<void> => {
		if (!isServerReady) {
			isServerReady = await server.isReady();
			if (!isServerReady) await clock.pause(RETRY_MS, signal);
		} else if (room() <= 0) await roomBell.wait();
		else await receiveRound();
	};

	return {
		run: async () => {
			while (!signal.aborted) {
				try {
					await step();
				} catch (thrown) {
					if (signal.aborted) return;
					isQueueReachable = false;
					isDeep = false;
					log.error("The queue cannot be read; trying again", {}, thrown);
					await clock.pause(RETRY_MS, signal);
				}
			}
		},
		doubtServer: () => {
			isServerReady = false;
		},
		get isServerReady() {
			return isServerReady;
		},
		get isQueueReachable() {
			return isQueueReachable;
		},
	};
}
