/**
 * Waits for processes to appear or to end, with a bound. Shared by the tests that start real processes.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startOf } from "../../../sandbox/processes/table.mjs";

/** @throws when the condition does not come true in time */
export async function until(what: string, condition: () => boolean, timeoutSeconds = 15): Promise<void> {
	const endsAt = Date.now() + timeoutSeconds * 1000;
	while (!condition()) {
		if (Date.now() > endsAt) throw new Error(`Waited ${timeoutSeconds} s in vain: ${what}.`);
		await sleep(25);
	}
}

export const isAlive = (pid: number): boolean => startOf(pid) !== undefined;

/** Ids of the whole family, once it is complete. */
export async function familyOf(logFile: string): Promise<number[]> {
	const text = () => {
		try {
			return readFileSync(logFile, "utf8");
		} catch {
			return "";
		}
	};
	await until("the family is complete", () => text().endsWith("complete\n"));
	return text()
		.split("\n")
		.filter((line) => /^\d+$/.test(line))
		.map(Number);
}
