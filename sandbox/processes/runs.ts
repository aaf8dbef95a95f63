/**
 * The directories of runs, `.sandbox/runs/<id>/`: one for each sandbox, removed with it, or by the next one when its owner died.
 * A run is alive while the process that made it is; what lies inside is the business of those who put it there.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { endProcesses } from "./ending.ts";
import { startOf } from "./table.mjs";
import { markOf } from "./warden.ts";

const OWNER = "owner.json";
const GRACE_SECONDS = 1;

export interface Run {
	/** Also the identity to start a warden with. */
	readonly id: string;
	readonly directory: string;
	/** Removes the directory and all in it. */
	remove(): Promise<void>;
}

/**
 * Makes the directory of a new run, owned by this process.
 * @param runs directory of all runs; made when missing
 */
export async function createRun(runs: string): Promise<Run> {
	const id = `${Date.now().toString(36)}-${process.pid}-${randomBytes(3).toString("hex")}`;
	const directory = join(runs, id);
	await mkdir(directory, { recursive: true });
	await writeFile(join(directory, OWNER), JSON.stringify({ started: startOf(process.pid) }));
	return { id, directory, remove: () => rm(directory, { recursive: true, force: true, maxRetries: 5 }) };
}

/**
 * Ends what is left of the runs whose owner is dead, and removes their directories.
 * @returns ids of the runs that were swept
 */
export async function sweepRuns(runs: string): Promise<string[]> {
	const swept: string[] = [];
	for (const id of await entriesOf(runs)) {
		const directory = join(runs, id);
		if (await isOwned(id, directory)) continue;
		await endProcesses({ roots: [], mark: markOf(id), ask: "all", graceSeconds: GRACE_SECONDS });
		await rm(directory, { recursive: true, force: true, maxRetries: 5 });
		swept.push(id);
	}
	return swept;
}

/** The owner's id is in the name of the run; when it started is in its file, a moment later. */
async function isOwned(id: string, directory: string): Promise<boolean> {
	const pid = Number(id.split("-")[1]);
	const living = Number.isInteger(pid) ? startOf(pid) : undefined;
	if (living === undefined) return false;
	const owner = await readFile(join(directory, OWNER), "utf8").catch(() => "");
	return owner === "" || owner === JSON.stringify({ started: living });
}

async function entriesOf(directory: string): Promise<string[]> {
	try {
		return await readdir(directory);
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
		throw error;
	}
}
