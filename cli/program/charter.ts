/** The commands by which the charter judges what is planned or deployed: words to functions. */
import { type Command, Option } from "commander";
import { type CheckOptions, check, FORMAT_NAMES } from "../commands/check.ts";
import { doctor } from "../commands/doctor.ts";
import { onInterrupt } from "../interrupt.ts";
import { positiveNumber } from "./arguments.ts";

const CHECK_HELP = `
Exit codes:
  0  no mandatory violation
  1  mandatory violations (with --baseline: new ones)
  2  could not be judged: the reason is on standard error

Examples:
  triplane check index.ts --stack dev
  pulumi preview --json > plan.json; triplane check --preview plan.json --format markdown --output comment.md
  pulumi stack export | triplane check --state /dev/stdin --format sarif --output charter.sarif`;

/** @param finish takes a command's exit code */
export function declareCharter(program: Command, checkout: string, finish: (code: number) => void): void {
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
		.addHelpText("after", CHECK_HELP)
		.action(async (entry: string | undefined, options: CheckOptions) =>
			finish(await check(entry, options, onInterrupt())),
		);
}
