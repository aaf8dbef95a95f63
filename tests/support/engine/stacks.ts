/**
 * Stacks of the small program, with the small pack in force, in a directory of their own.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { locateEngine } from "../../../sandbox/engine/engine.ts";
import { programOf } from "../../../sandbox/engine/program.ts";
import { type OpenStack, openStack } from "../../../sandbox/engine/stack.ts";
import type { Warden } from "../../../sandbox/processes/warden.ts";

const PROGRAM = fileURLToPath(new URL("./program.ts", import.meta.url));
const PACK = dirname(fileURLToPath(new URL("./pack/index.cjs", import.meta.url)));

/** @param thing what the program's setting changes from a small odd thing with two parts */
export function openThing(
	runDir: string,
	thing: Record<string, unknown> = {},
	options: { policyPackConfig?: Record<string, unknown>; warden?: Warden } = {},
): Promise<OpenStack> {
	return openStack({
		engine: locateEngine(),
		runDir,
		program: programOf(PROGRAM),
		project: "triplane",
		stack: "test",
		config: { "triplane:thing": { size: 1, parts: ["left", "right"], ...thing } },
		policyPack: PACK,
		...options,
	});
}
