/**
 * The Pulumi CLI of this checkout, as the Automation API takes it.
 * Found, never installed: that is the set-up's work.
 */
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { TriplaneError } from "../../charter/errors.ts";
import { ENGINE_VERSION, type Engine, findEngine, recordedEngine } from "./find.mjs";

export type { Engine } from "./find.mjs";

const RECORD = fileURLToPath(new URL("../../.sandbox/tools/engine.json", import.meta.url));

/**
 * The engine that the set-up chose, or the first that is on this machine.
 * @throws {TriplaneError} when there is none
 */
export function locateEngine(record: string = RECORD): Engine {
	const engine = recordedEngine(record) ?? findEngine();
	if (engine) return engine;
	throw new TriplaneError(
		`No Pulumi engine ${ENGINE_VERSION} or newer is on this machine. Run "node setup.mjs" in the checkout: it fetches or builds one.`,
	);
}

/** The Automation API looks for `bin/pulumi` below a root, and an engine on PATH may lie anywhere. */
export async function commandOf(engine: Engine, runDir: string): Promise<PulumiCommand> {
	const root = join(runDir, "engine");
	await mkdir(join(root, "bin"), { recursive: true });
	await symlink(engine.command, join(root, "bin", "pulumi")).catch((error: NodeJS.ErrnoException) => {
		// A run that is opened again has it already.
		if (error.code !== "EEXIST") throw error;
	});
	return PulumiCommand.get({ root });
}
