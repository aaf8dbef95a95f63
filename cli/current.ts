/** `.sandbox/current.json`: the sandbox that is up, for the commands that speak to it. It holds tokens: only its owner may read it. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TriplaneError } from "../charter/errors.ts";
import type { StackOutputs } from "./platform/outputs.ts";

export interface Current {
	/** The process that holds the sandbox; it ends with it. */
	pid: number;
	url: string;
	/** The emulator's endpoint and region, for AWS's own tools. */
	endpoint: string;
	region: string;
	tenants: { name: string; token: string }[];
	models: { name: string; version: number | null; serve: string }[];
	outputs: StackOutputs;
}

const fileIn = (checkout: string): string => join(checkout, ".sandbox", "current.json");

const isAlive = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
};

/** The sandbox that is up in a checkout, or undefined. */
export async function findCurrent(checkout: string): Promise<Current | undefined> {
	let text: string;
	try {
		text = await readFile(fileIn(checkout), "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
		throw error;
	}
	const current: Current = JSON.parse(text);
	return isAlive(current.pid) ? current : undefined;
}

/** @throws {TriplaneError} that says how to start one, where none is up */
export async function requireCurrent(checkout: string): Promise<Current> {
	const current = await findCurrent(checkout);
	if (!current) throw new TriplaneError("No sandbox is up in this checkout. Start one with `npm start -- --keep`.");
	return current;
}

/** Announces the sandbox of this process. */
export async function announce(checkout: string, current: Current): Promise<void> {
	const file = fileIn(checkout);
	await mkdir(dirname(file), { recursive: true });
	await writeFile(`${file}.${process.pid}`, JSON.stringify(current), { mode: 0o600 });
	await rename(`${file}.${process.pid}`, file);
}

/** Takes the announcement back, if it is this process's own. */
export async function withdraw(checkout: string): Promise<void> {
	const current = await findCurrent(checkout);
	if (current?.pid === process.pid) await rm(fileIn(checkout), { force: true });
}
