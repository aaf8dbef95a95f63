#!/usr/bin/env node
/** The `triplane` command: words to functions, errors to exit codes. What each does is in commands/. */
import { fileURLToPath } from "node:url";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { TriplaneError } from "../charter/errors.ts";
import { batchRun } from "./commands/batch.ts";
import { type CheckOptions, check, FORMAT_NAMES } from "./commands/check.ts";
import { doctor } from "./commands/doctor.ts";
import { down } from "./commands/down.ts";
import { redrive } from "./commands/jobs.ts";
import { predict } from "./commands/predict.ts";
import { register } from "./commands/register.ts";
import { status } from "./commands/status.ts";
import { token } from "./commands/token.ts";
import { up } from "./commands/up.ts";

/** 0 done · 1 it did not come true · 2 the call itself was off. */
const EXIT = { failed: 1, usage: 2 } as const;
const checkout = fileURLToPath(new URL("..", import.meta.url));

/**
 * Rejects on Ctrl-C or SIGTERM, so that what was started is ended in order; a second one ends this process at once.
 * For commands that have something to end: all others end at the first one, as any program does.
 */
function onInterrupt(): Promise<never> {
	const interrupted = new Promise<never>((_, reject) => {
		let isStopping = false;
		// Never `once`: libraries end the process on a signal that nobody else listens to.
		for (const signal of ["SIGINT", "SIGTERM"] as const)
			process.on(signal, () => {
				const stop = new Interrupted(signal);
				if (isStopping) process.exit(stop.exitCode);
				isStopping = true;
				reject(stop);
			});
	});
	interrupted.catch(() => undefined);
	return interrupted;
}

class Interrupted extends TriplaneError {
	override readonly name = "Interrupted";
	readonly exitCode: number;

	constructor(signal: "SIGINT" | "SIGTERM") {
		super(`Stopped by ${signal}; everything that was started has ended.`);
		this.exitCode = signal === "SIGINT" ? 130 : 143;
	}
}

const program = new Command("triplane")
	.description("A serverless-first ML inference platform for AWS, here on an embedded one.")
	.exitOverride()
	.showHelpAfterError();
const finish = (code: number) => {
	process.exitCode = code;
};

program
	.command("up", { isDefault: false })
	.description("raise the platform on an embedded AWS, show that it works, tear it down")
	.option("--keep", "stay up and print the URL and the tenants' tokens; Ctrl-C ends it")
	.addOption(new Option("--only <serve>", "deploy and show the models of this kind alone").choices(["realtime"]))
	.option("--json", "print the report as JSON (progress goes to stderr)")
	.action(async (options) => finish(await up(checkout, options, onInterrupt())));
program
	.command("down")
	.description("end the sandbox that is up in this checkout")
	.option("--json", "print JSON")
	.action(async (options) => finish(await down(checkout, options)));
program
	.command("status")
	.description("print the URL, tenants and models of the sandbox that is up")
	.option("--json", "print JSON: {url, tenants: [{name, token}], models: [{name, version, serve}]}")
	.action(async (options) => finish(await status(checkout, options)));
program
	.command("predict")
	.argument("<model>", 'as in "tumour-risk"')
	.description("ask the sandbox that is up for predictions")
	.requiredOption(
		"--data <file>",
		'rows of numbers ([[…], […]]) or a whole request ({"inputs": […]}) in JSON; - reads stdin',
	)
	.option("--tenant <name>", "who calls (default: the first tenant)")
	.option("--json", "print the whole answer as JSON")
	.action(async (model, options) => finish(await predict(checkout, model, options)));
program
	.command("token")
	.argument("<tenant>")
	.description("issue a token for a tenant; it is shown this once")
	.option("--outputs <file>", "of `pulumi stack output --json` (default: the sandbox that is up)")
	.option("--json", "print JSON")
	.action(async (tenant, options) => finish(await token(checkout, tenant, options)));
program
	.command("register")
	.argument("<model>")
	.description("make a training run the model's next version")
	.requiredOption("--run <folder>", "that holds model.onnx and manifest.json")
	.option("--outputs <file>", "of `pulumi stack output --json` (default: the sandbox that is up)")
	.option("--json", "print JSON")
	.action(async (model, options) => finish(await register(checkout, model, options)));
program
	.command("batch")
	.description("windows of batch models")
	.command("run")
	.argument("<model>", 'as in "disease-progress"')
	.description("score the window that is due, or the one that is named, and wait for its end")
	.option("--start <time>", "start of the window, as in 2026-11-23 or 2026-11-23T06:00:00Z (default: what is due)")
	.option("--end <time>", "end of the window (default: one window's length after its start)")
	.option("--outputs <file>", "of `pulumi stack output --json` (default: the sandbox that is up)")
	.option("--json", "print JSON; progress goes to stderr")
	.action(async (model, options) => finish(await batchRun(checkout, model, options)));
program
	.command("jobs")
	.description("jobs of queued models")
	.command("redrive")
	.argument("<model>", 'as in "digit-reader"')
	.description("queue a model's failed jobs again, out of its dead-letter queues")
	.option("--limit <count>", "most messages to look at (default: all)", positiveCount)
	.option("--outputs <file>", "of `pulumi stack output --json` (default: the sandbox that is up)")
	.option("--json", "print JSON: {model, redriven, resent, settled, left}")
	.action(async (model, options) => finish(await redrive(checkout, model, options, onInterrupt())));
program
	.command("doctor")
	.description("before a first `pulumi up` on AWS: what the account and this machine lack, and what to do")
	.option("--stack <name>", "whose settings are meant", "dev")
	.option("--region <region>", "where the stack will be (default: its own aws:region)")
	.option("--json", "print JSON")
	.action(async (options) => finish(await doctor(checkout, options)));
program
	.command("check")
	.argument("[program]", "entry of a Pulumi program in TypeScript or JavaScript, as in index.ts")
	.description("judge a program, a stack's state or a preview by the charter, without any cloud or engine")
	.option("--state <file>", "judge a stack as it is deployed: the output of `pulumi stack export`")
	.option("--preview <file>", "judge what is planned: the output of `pulumi preview --json`")
	.option("--stack <name>", "whose settings are meant (default: dev, where it has a file)")
	.option("--config <file>", "the pack's config in JSON or YAML, as for `pulumi preview --policy-pack-config`")
	.addOption(new Option("--format <format>", "of the report").choices(FORMAT_NAMES).default("table"))
	.option("--output <file>", "write the report there (default: standard output)")
	.option("--baseline <file>", "violations that are known: only new ones block")
	.option("--write-baseline <file>", "write today's mandatory violations as a baseline, and block on none of them")
	.option("--timeout-seconds <seconds>", "how long the program may take", positiveNumber, 60)
	.addHelpText(
		"after",
		`
Exit codes:
  0  no mandatory violation
  1  mandatory violations (with --baseline: new ones)
  2  could not be judged: the reason is on standard error

Examples:
  triplane check index.ts --stack dev
  pulumi preview --json > plan.json; triplane check --preview plan.json --format markdown --output comment.md
  pulumi stack export | triplane check --state /dev/stdin --format sarif --output charter.sarif`,
	)
	.action(async (entry: string | undefined, options: CheckOptions) =>
		finish(await check(entry, options, onInterrupt())),
	);

try {
	await program.parseAsync();
} catch (error) {
	finish(exitCodeOf(error));
	if (error instanceof TriplaneError) console.error(`\n${error.message}`);
	else if (!(error instanceof CommanderError)) console.error(error);
}

function positiveNumber(text: string): number {
	const number = Number(text);
	if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError("Give a number of seconds above 0.");
	return number;
}

function positiveCount(text: string): number {
	if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Give a whole number above 0.");
	return Number(text);
}

function exitCodeOf(error: unknown): number {
	if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
	return error instanceof Interrupted ? error.exitCode : EXIT.failed;
}
