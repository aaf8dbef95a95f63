/** Runs the sample trainer as the process that a container would run, and reads what it left. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TriplaneError } from "../../charter/errors.ts";
import { TrainingManifest } from "../../charter/messages.ts";
import { RUN_FILES } from "../../charter/registry.ts";
import type { Say } from "../steps.ts";

/**
 * Trains a sample model.
 * @param python an interpreter that has the trainer's packages
 * @param output a folder that the trainer makes
 * @throws {TriplaneError} with the trainer's last words where it fails
 */
export async function train(
	python: string,
	trainer: string,
	model: string,
	output: string,
	say: Say,
): Promise<TrainingManifest> {
	const child = spawn(python, [trainer, "--model", model, "--output", output], { stdio: ["ignore", "ignore", "pipe"] });
	let words = "";
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		words = (words + text).slice(-4000);
		say(words.trimEnd().split("\n").at(-1)?.trim() ?? "");
	});
	const code = await new Promise<number | null>((resolve, reject) =>
		child.once("error", reject).once("close", resolve),
	);
	if (code !== 0) throw new TriplaneError(`Training ${model} ended with exit code ${code}:\n${words.trim()}`);
	return TrainingManifest.parse(JSON.parse(await readFile(join(output, RUN_FILES.manifest), "utf8")));
}
