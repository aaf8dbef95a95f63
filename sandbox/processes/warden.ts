/**
 * Starts child processes that end with this process, however it ends: by itself, by Ctrl-C, in a crash or by SIGKILL.
 * A second process, the warden, waits on a pipe from this one; when the pipe closes it ends what is left (warden-main.ts).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { TriplaneError } from "../../charter/errors.ts";
import { endProcesses } from "./ending.ts";

/** By this variable every process of a run is known, whoever its parent is: `<run>/<name of the child>`. */
const MARK = "TRIPLANE_PROCESS";
const GRACE_SECONDS = 5;

/** What all processes of a run have in their environment. */
export const markOf = (run: string): string => `${MARK}=${run}/`;

interface SpawnOptions {
	/** The whole environment of the child, the mark apart. @default that of this process */
	env?: NodeJS.ProcessEnv;
	cwd?: string;
	/** File to which the child's output is appended. @default the output is dropped */
	logFile?: string;
	/** Short name of the child, unique in the run, for the mark. @default its position, as in "3" */
	name?: string;
}

interface Exit {
	code: number | null;
	signal: NodeJS.Signals | null;
}

interface WardedChild {
	readonly pid: number;
	/** Settles when the child has ended; never rejects. */
	readonly exited: Promise<Exit>;
	/** Ends the child and its descendants: SIGTERM to the child, SIGKILL to whatever is left after the grace. */
	stop(options?: { graceSeconds?: number }): Promise<Exit>;
}

export interface Warden {
	readonly run: string;
	/** Variables for a child that something else starts (as the Automation API starts the engine), so that it is watched too. */
	environmentFor(name: string): Record<string, string>;
	/** @throws {TriplaneError} when the command cannot be started */
	spawn(command: string, args: readonly string[], options?: SpawnOptions): Promise<WardedChild>;
	/** Ends every child, all at once, and the warden. */
	close(options?: { graceSeconds?: number }): Promise<void>;
}

/**
 * Starts the warden and waits until it watches.
 * @param options.run identity of the run, as `createRun` gives it: leftovers are known by it
 */
export async function startWarden(options: { run?: string } = {}): Promise<Warden> {
	const run = options.run ?? `${Date.now()}-${process.pid}`;
	const main = fileURLToPath(new URL("./warden-main.ts", import.meta.url));
	// Its own session: a Ctrl-C in the terminal must not end it before its work is done.
	const warden = spawn(process.execPath, [main, markOf(run)], { detached: true, stdio: ["pipe", "pipe", "ignore"] });
	const wardenEnded = exitOf(warden);
	await new Promise<void>((resolve, reject) => {
		warden.stdout.once("data", () => resolve());
		void wardenEnded.then(({ code, signal }) =>
			reject(new TriplaneError(`The warden of the child processes ended at its start (${signal ?? `exit ${code}`}).`)),
		);
		warden.once("error", reject);
	});
	warden.unref();
	// A warden that was killed shows at the next write; the children are still ended by close().
	warden.stdin.on("error", () => warden.stdin.destroy());
	for (const stream of [warden.stdin, warden.stdout]) if (stream instanceof Socket) stream.unref();

	const children = new Set<WardedChild>();
	let started = 0;
	const environmentFor = (name: string) => ({ [MARK]: `${run}/${name}` });
	return {
		run,
		environmentFor,
		async spawn(command, args, { env = process.env, cwd, logFile, name } = {}) {
			const mark = environmentFor(name ?? String(++started));
			const log = logFile === undefined ? "ignore" : openSync(logFile, "a");
			const child = spawn(command, args, {
				env: { ...env, ...mark },
				...(cwd === undefined ? {} : { cwd }),
				detached: true,
				stdio: ["ignore", log, log],
			});
			if (typeof log === "number") closeSync(log);
			const pid = await pidOf(child, command);
			const exited = exitOf(child);
			warden.stdin.write(`+${pid}\n`);
			const warded: WardedChild = {
				pid,
				exited,
				async stop({ graceSeconds = GRACE_SECONDS } = {}) {
					await endProcesses({ roots: [pid], mark: `${MARK}=${mark[MARK]}`, ask: "roots", graceSeconds });
					return exited;
				},
			};
			children.add(warded);
			void exited.then(() => {
				warden.stdin.write(`-${pid}\n`);
				children.delete(warded);
			});
			return warded;
		},
		async close({ graceSeconds = GRACE_SECONDS } = {}) {
			await Promise.all([...children].map((child) => child.stop({ graceSeconds })));
			await endProcesses({ roots: [], mark: markOf(run), ask: "all", graceSeconds });
			warden.ref();
			warden.stdin.end();
			await wardenEnded;
		},
	};
}

const exitOf = (child: ChildProcess): Promise<Exit> =>
	new Promise((resolve) => {
		child.once("exit", (code, signal) => resolve({ code, signal }));
	});

function pidOf(child: ChildProcess, command: string): Promise<number> {
	return new Promise((resolve, reject) => {
		child.once("error", (cause) =>
			reject(new TriplaneError(`"${command}" could not be started: ${cause.message}.`, { cause })),
		);
		if (child.pid !== undefined) resolve(child.pid);
	});
}
