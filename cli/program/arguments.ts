/** Readers of the commands' arguments: text to values, or a sentence that says what to give. */
import { InvalidArgumentError } from "commander";
import { VERSION_MAX } from "../../charter/registry.ts";
import { RESERVED_ARMS } from "../../charter/rollout.ts";

export const OUTPUTS = [
	"--outputs <file>",
	"of `pulumi stack output --json` (default: the sandbox that is up)",
] as const;

export function positiveNumber(text: string): number {
	const number = Number(text);
	if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError("Give a number of seconds above 0.");
	return number;
}

export function positiveCount(text: string): number {
	if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Give a whole number above 0.");
	return Number(text);
}

/** A version as it is written in a URL or a table: 1, 2, … */
export function versionNumber(text: string): number {
	if (!/^[1-9]\d*$/.test(text) || Number(text) > VERSION_MAX)
		throw new InvalidArgumentError("A version is a whole number above 0: `triplane models show MODEL` lists them.");
	return Number(text);
}

/** The same with a "v" before it, as tables show it. */
export const versionArgument = (text: string): number => versionNumber(text.replace(/^v/, ""));

/** An arm of an experiment: its name, version and share of the traffic in percent. */
export interface Arm {
	name: string;
	version: number;
	weight: number;
}

const ARM = /^(?<name>[a-z0-9][a-z0-9-]{0,31})=(?<version>[1-9]\d*):(?<weight>\d{1,3}(?:\.\d+)?)$/;

/** One more arm, as in "b=4:50". @param others those that were given before it */
export function arm(text: string, others: readonly Arm[] = []): Arm[] {
	const { name, version, weight } = ARM.exec(text)?.groups ?? {};
	if (name === undefined || Number(version) > VERSION_MAX || !(Number(weight) > 0 && Number(weight) <= 100))
		throw new InvalidArgumentError(
			"Give a name in lower case, a version and a share in percent, as in --variant b=4:50.",
		);
	if (RESERVED_ARMS.includes(name))
		throw new InvalidArgumentError(`No arm is called ${RESERVED_ARMS.join(", ")}: rollouts have these names.`);
	return [...others, { name, version: Number(version), weight: Number(weight) }];
}

export const collected = (text: string, others: readonly string[] = []): string[] => [...others, text];
