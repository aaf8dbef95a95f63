#!/usr/bin/env node
/** The `triplane` command: errors to exit codes. Its words are in program/, what each does in commands/. */
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { TriplaneError } from "../charter/errors.ts";
import { Interrupted } from "./interrupt.ts";
import { declareCharter } from "./program/charter.ts";
import { declarePlatform } from "./program/platform.ts";
import { declareRollouts } from "./program/rollouts.ts";
import { UsageError } from "./usage.ts";

/** 0 done · 1 it did not come true · 2 the call itself was off. */
const EXIT = { failed: 1, usage: 2 } as const;
const checkout = fileURLToPath(new URL("..", import.meta.url));

const program = new Command("triplane")
	.description("A serverless-first ML inference platform for AWS, here on an embedded one.")
	.exitOverride()
	.showHelpAfterError();
const finish = (code: number) => {
	process.exitCode = code;
};
declarePlatform(program, checkout, finish);
declareRollouts(program, checkout, finish);
declareCharter(program, checkout, finish);

try {
	await program.parseAsync();
} catch (error) {
	finish(exitCodeOf(error));
	if (error instanceof TriplaneError) console.error(`\n${error.message}`);
	else if (!(error instanceof CommanderError)) console.error(error);
}

function exitCodeOf(error: unknown): number {
	if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
	if (error instanceof UsageError) return EXIT.usage;
	return error instanceof Interrupted ? error.exitCode : EXIT.failed;
}
