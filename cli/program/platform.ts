/** The commands that raise a platform in the sandbox and speak to one that is up, there or on AWS: words to functions. */
import { type Command, Option } from "commander";
import { batchRun } from "../commands/batch.ts";
import { down } from "../commands/down.ts";
import { redrive } from "../commands/jobs.ts";
import { predict } from "../commands/predict.ts";
import { register } from "../commands/register.ts";
import { status } from "../commands/status.ts";
import { token } from "../commands/token.ts";
import { up } from "../commands/up.ts";
import { onInterrupt } from "../interrupt.ts";
import { ONLY } from "../story/only.ts";
import { OUTPUTS, positiveCount } from "./arguments.ts";

/** @param finish takes a command's exit code */
export function declarePlatform(program: Command, checkout: string, finish: (code: number) => void): void {
	program
		.command("up", { isDefault: false })
		.description("raise the platform on an embedded AWS, show that it works, tear it down")
		.option("--keep", "stay up and print the URL and the tenants' tokens; Ctrl-C ends it")
		.addOption(new Option("--only <part>", "the realtime path alone, or that with its rollouts").choices(ONLY))
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
		.option(...OUTPUTS)
		.option("--json", "print JSON")
		.action(async (tenant, options) => finish(await token(checkout, tenant, options)));
	program
		.command("register")
		.argument("<model>")
		.description("make a training run the model's next version")
		.requiredOption("--run <folder>", "that holds model.onnx and manifest.json")
		.option(...OUTPUTS)
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
		.option(...OUTPUTS)
		.option("--json", "print JSON; progress goes to stderr")
		.action(async (model, options) => finish(await batchRun(checkout, model, options)));
	program
		.command("jobs")
		.description("jobs of queued models")
		.command("redrive")
		.argument("<model>", 'as in "digit-reader"')
		.description("queue a model's failed jobs again, out of its dead-letter queues")
		.option("--limit <count>", "most messages to look at (default: all)", positiveCount)
		.option(...OUTPUTS)
		.option("--json", "print JSON: {model, redriven, resent, settled, left}")
		.action(async (model, options) => finish(await redrive(checkout, model, options, onInterrupt())));
}
