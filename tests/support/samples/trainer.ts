/** Runs the samples' trainer as a process, as a team's pipeline does. Knows nothing of what a model should answer. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");

export interface Finished {
	/** Exit status; null where a signal ended the process. */
	status: number | null;
	stdout: string;
	stderr: string;
}

/**
 * The Python that has the trainer's packages: the sandbox's own, else the one that TRIPLANE_PYTHON names.
 * @throws where there is neither: a test that needs Python fails, it is not passed over
 */
export function pythonPath(): string {
	const own = join(ROOT, ".sandbox/tools/venv/bin/python");
	const named = process.env.TRIPLANE_PYTHON;
	const found = [own, named].find((path) => path !== undefined && existsSync(path));
	if (found === undefined)
		throw new Error(
			`No Python with the trainer's packages: ${own} is missing and TRIPLANE_PYTHON is ${named ?? "not set"}. Run: node setup.mjs`,
		);
	return found;
}

/** Runs Python to its end, with `samples/` on its module path. */
export function runPython(args: readonly string[], input = "", environment: Record<string, string> = {}): Finished {
	const { status, stdout, stderr, error } = spawnSync(pythonPath(), args, {
		cwd: ROOT,
		encoding: "utf8",
		input,
		maxBuffer: 64 * 1024 * 1024,
		env: { ...process.env, PYTHONPATH: join(ROOT, "samples"), PYTHONDONTWRITEBYTECODE: "1", ...environment },
	});
	if (error) throw error;
	return { status, stdout, stderr };
}

/** Runs `samples/train.py`. */
export const train = (...args: string[]): Finished => runPython([join(ROOT, "samples/train.py"), ...args]);

/** Runs `samples/train.py` without arguments, as a pipeline's task does: all that it needs is in its environment. */
export const trainInTask = (environment: Record<string, string>): Finished =>
	runPython([join(ROOT, "samples/train.py")], "", environment);
