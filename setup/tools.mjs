/**
 * Runs the tools of the set-up, one at a time: output to a log, the end of it in the error.
 * Each runs in a process group of its own, so that it ends whole when the set-up does.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { signalGroup } from "./lock.mjs";
import { ToolFailure } from "./need.mjs";

/** Some tools say first what is wrong, others last. */
const HEAD_LINES = 5;
const TAIL_LINES = 12;

/** @typedef {(command: string, args: string[], options?: RunOptions) => Promise<void>} RunTool */
/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string>} [env] added to that of this process
 * @property {number} [timeoutSeconds] after which it is ended, and has failed
 */

/**
 * @param {{ logs: string, onStart: (pid: number) => void }} options `logs`: directory of the tools' output
 */
export function createTools({ logs, onStart }) {
	/** @type {number | undefined} */
	let running;
	/** @type {RunTool} */
	const run = (command, args, { cwd, env, timeoutSeconds } = {}) =>
		new Promise((resolve, reject) => {
			mkdirSync(logs, { recursive: true });
			const log = join(logs, `${command.split("/").at(-1)}.log`);
			const output = openSync(log, "w");
			const child = spawn(command, args, {
				...(cwd === undefined ? {} : { cwd }),
				env: { ...process.env, ...env },
				detached: true,
				stdio: ["ignore", output, output],
			});
			closeSync(output);
			running = child.pid;
			if (child.pid !== undefined) onStart(child.pid);
			const timer = timeoutSeconds === undefined ? undefined : setTimeout(() => end(), timeoutSeconds * 1000);
			/** @param {string} how */
			const settle = (how) => {
				clearTimeout(timer);
				running = undefined;
				if (how === "exit 0") resolve();
				else reject(failureOf([command, ...args].join(" "), how, log));
			};
			child.once("error", (error) => settle(error.message));
			child.once("exit", (code, signal) => settle(signal ? `ended by ${signal}` : `exit ${code}`));
		});
	const end = () => {
		if (running !== undefined) signalGroup(running, "SIGTERM");
	};
	return { run, end };
}

/**
 * @param {string} what
 * @param {string} how
 * @param {string} log
 */
function failureOf(what, how, log) {
	const lines = readFileSync(log, "utf8").trimEnd().split("\n");
	const hidden = lines.length - HEAD_LINES - TAIL_LINES;
	const shown =
		hidden > 1 ? [...lines.slice(0, HEAD_LINES), `… (${hidden} lines)`, ...lines.slice(-TAIL_LINES)] : lines;
	return new ToolFailure(`"${what}" failed (${how}). It said:\n  ${shown.join("\n  ")}\nAll of it is in ${log}.`);
}
