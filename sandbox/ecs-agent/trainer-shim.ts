/**
 * The program that stands for a trainer's image in the sandbox: it starts the samples' trainer with the venv's Python, and is to
 * the agent what the image would be to ECS. Its words, environment, signals and exit code pass through.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface TrainerShim {
	/** Folder that is to hold the program; made where there is none. */
	folder: string;
	/** An interpreter that has the trainer's packages, and the trainer's script. */
	python: string;
	script: string;
}

/** @returns the folder, for the agent's `bundles` under the name of the trainer's container */
export async function writeTrainerShim({ folder, python, script }: TrainerShim): Promise<string> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, "index.mjs"), program(python, script));
	return folder;
}

/** What a shell adds to the number of the signal that ended a process. */
const SIGNAL_EXIT = 128;

const program = (python: string, script: string): string => `import { spawn } from "node:child_process";
import { constants } from "node:os";

const child = spawn(${JSON.stringify(python)}, [${JSON.stringify(script)}, ...process.argv.slice(2)], {
	stdio: ["ignore", "inherit", "inherit"],
	env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
});
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => child.kill(signal));
child.once("error", (error) => {
	console.error(error.message);
	process.exit(127);
});
child.once("exit", (code, signal) => process.exit(code ?? ${SIGNAL_EXIT} + constants.signals[signal]));
`;
