/** Files that a check is given: read whole, or refused in a sentence. What they hold is for others to say. */
import { readFile, stat } from "node:fs/promises";
import { parse } from "yaml";
import { Unjudgeable } from "../../policies/offline/unjudgeable.ts";

/** No text can be longer in this process; the largest stacks known have a tenth of it. */
const MAXIMUM_MB = 400;
const BYTES_PER_MB = 1024 * 1024;

/** @throws {Unjudgeable} where it cannot be read, or is far too large */
export async function readInput(file: string): Promise<string> {
	const found = await stat(file).catch((cause: unknown) => {
		throw new Unjudgeable(`${file} cannot be read: ${reasonOf(cause)}. Give the path of a file.`, { cause });
	});
	if (found.isDirectory()) throw new Unjudgeable(`${file} is a folder. Give the path of a file.`);
	if (found.size > MAXIMUM_MB * BYTES_PER_MB)
		throw new Unjudgeable(
			`${file} has ${Math.ceil(found.size / BYTES_PER_MB)} MB, and at most ${MAXIMUM_MB} can be read. Give the output of one stack.`,
		);
	return readFile(file, "utf8").catch((cause: unknown) => {
		throw new Unjudgeable(`${file} cannot be read: ${reasonOf(cause)}. Give a file that can.`, { cause });
	});
}

/**
 * The pack's config: JSON or YAML.
 * @throws {Unjudgeable}
 */
export async function readPackConfig(file: string): Promise<unknown> {
	const text = await readInput(file);
	try {
		return parse(text, { maxAliasCount: 100 }) ?? {};
	} catch (cause) {
		throw new Unjudgeable(`${file} is neither JSON nor YAML: ${reasonOf(cause)}. Correct it there.`, { cause });
	}
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).trim();
