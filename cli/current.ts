/** `.sandbox/current.json`: the sandbox that is up, for the commands that speak to it. It holds tokens: only its owner may read it. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { TriplaneError } from "../charter/errors.ts";
import { startOf } from "../sandbox/processes/table.mjs";
import { StackOutputs } from "./platform/outputs.ts";

const Current = z.object({
	/** The process that holds the sandbox and ends with it; when it started tells it from a later one of the same id. */
	pid: z.int().positive(),
	started: z.string(),
	url: z.string(),
	/** The emulator's endpoint and region, for AWS's own tools. */
	endpoint: z.string(),
	region: z.string(),
	tenants: z.array(z.object({ name: z.string(), token: z.string() })),
	outputs: StackOutputs,
});
export type Current = z.output<typeof Current>;

const fileIn = (checkout: string): string => join(checkout, ".sandbox", "current.json");

/** The sandbox that is up in a checkout, or undefined. */
export async function findCurrent(checkout: string): Promise<Current | undefined> {
	let text: string;
	try {
		text = await readFile(fileIn(checkout), "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
		throw error;
	}
	const current = parsed(text, fileIn(checkout));
	return startOf(current.pid) === current.started ? current : undefined;
}

/** @throws {TriplaneError} that says how to start one, where none is up */
export async function requireCurrent(checkout: string): Promise<Current> {
	const current = await findCurrent(checkout);
	if (!current) throw new TriplaneError("No sandbox is up in this checkout. Start one with `npm start -- --keep`.");
	return current;
}

function parsed(text: string, file: string): Current {
	try {
		return Current.parse(JSON.parse(text));
	} catch (cause) {
		throw new TriplaneError(`${file} is damaged. Remove it; a sandbox that it named ends with its own process.`, {
			cause,
		});
	}
}

/** Announces the sandbox of this process. */
export async function announce(checkout: string, sandbox: Omit<Current, "pid" | "started">): Promise<void> {
	const current = { ...sandbox, pid: process.pid, started: startOf(process.pid) ?? "" };
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
