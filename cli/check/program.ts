/** Runs a Pulumi program in a process of its own, for as long as it may, and hands over what it registered. */
import { fork } from "node:child_process";
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Recording } from "../../policies/offline/recording.ts";
import { Unjudgeable } from "../../policies/offline/unjudgeable.ts";
import type { ProgramAnswer, ProgramRequest } from "./messages.ts";

const MAIN = fileURLToPath(new URL("./program-main.ts", import.meta.url));
const ENDINGS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];
const OUT_OF_BAND = "Or let Pulumi run it, and give the output of `pulumi preview --json` by --preview.";

/** @throws {Unjudgeable} where there is no such program */
export async function requireProgram(program: string): Promise<void> {
	const found = await stat(program).catch(() => undefined);
	if (!found) throw new Unjudgeable(`There is no program ${program}. Give the path of its entry, as in index.ts.`);
	if (found.isDirectory())
		throw new Unjudgeable(`${program} is a folder. Give the path of the program's entry in it, as in index.ts.`);
	if (!ENDINGS.includes(extname(program)))
		throw new Unjudgeable(
			`${program} is no TypeScript or JavaScript, which is all that can be run here. ${OUT_OF_BAND}`,
		);
}

/**
 * @param folder where relative paths of the program start
 * @param interrupted rejects when the user stops the check
 * @throws {Unjudgeable} where the program throws, ends itself, or takes too long
 */
export async function runProgram(
	request: ProgramRequest,
	folder: string,
	interrupted: Promise<never>,
): Promise<Recording> {
	const { program, timeoutSeconds } = request;
	// What the program prints is for people; the report alone goes to our standard output.
	const child = fork(MAIN, { cwd: folder, stdio: ["ignore", 2, 2, "ipc"], serialization: "advanced" });
	const { promise, resolve, reject } = Promise.withResolvers<ProgramAnswer>();
	child.once("message", (answer: ProgramAnswer) => resolve(answer));
	child.once("error", reject);
	child.once("exit", (code, signal) => {
		const how = signal ? `was ended by ${signal}` : `ended itself (exit code ${code})`;
		reject(
			new Unjudgeable(
				`${program} ${how} before all its resources were registered. Take out the call that exits or the wait for what never comes. ${OUT_OF_BAND}`,
			),
		);
	});
	const deadline = setTimeout(
		() =>
			reject(
				new Unjudgeable(
					`${program} was not done after ${timeoutSeconds} s. Give it longer by --timeout-seconds, or find what it waits for. ${OUT_OF_BAND}`,
				),
			),
		timeoutSeconds * 1000,
	);
	try {
		child.send(request);
		const answer = await Promise.race([promise, interrupted]);
		if (answer.kind === "recorded") return answer.recording;
		const at = answer.where ? ` at ${answer.where}` : "";
		const asked =
			answer.unanswered.length > 0
				? ` It had asked ${[...new Set(answer.unanswered)].join(", ")}, which only a cloud can answer.`
				: "";
		throw new Unjudgeable(
			`${program} threw${at}: ${answer.message.replace(/\s+/g, " ").trim()}.${asked} Mend that first. ${OUT_OF_BAND}`,
		);
	} finally {
		clearTimeout(deadline);
		child.kill("SIGKILL");
	}
}
