/** The commands of models, their versions and their rollouts: words to functions. */
import { type Command, Option } from "commander";
import { STICKY } from "../../charter/rollout-settings.ts";
import { approve } from "../commands/approve.ts";
import { experiment } from "../commands/experiment.ts";
import { modelsDiff } from "../commands/models/diff.ts";
import { modelsList } from "../commands/models/list.ts";
import { modelsShow } from "../commands/models/show.ts";
import { inputOf, runPipeline } from "../commands/pipeline-run.ts";
import { promote } from "../commands/promote.ts";
import { rollback } from "../commands/rollback.ts";
import { arm, collected, OUTPUTS, versionArgument, versionNumber } from "./arguments.ts";

const NO_WAIT = ["--no-wait", "print the execution and leave; the pipeline goes on by itself"] as const;
const EXIT_CODES = `
Exit codes:
  0  the version serves
  1  it was refused by the evaluation, rolled back, or the pipeline failed
  2  an option is missing or wrong

Ctrl-C ends the showing, not the pipeline.`;

/** @param finish takes a command's exit code */
export function declareRollouts(program: Command, checkout: string, finish: (code: number) => void): void {
	const models = program.command("models").description("what the registry knows of models and their versions");
	models
		.command("list")
		.description("what serves each model, and what is on its way")
		.option(...OUTPUTS)
		.option("--json", "print JSON: [{model, serve, champion, previous, challenger, route, rollout}]")
		.action(async (options) => finish(await modelsList(checkout, options)));
	models
		.command("show")
		.argument("<model>", 'as in "tumour-risk"')
		.argument("[version]", "this one alone, with its signature and lineage (default: all)", versionArgument)
		.description("a model's history: versions, how they were evaluated, rollouts with every judgement")
		.option(...OUTPUTS)
		.option("--json", "print JSON: {model, aliases, route, versions: [{…, evaluation}], rollouts: [{…, judgements}]}")
		.action(async (model, version, options) => finish(await modelsShow(checkout, model, version, options)));
	models
		.command("diff")
		.argument("<model>")
		.argument("<v1>", "a version, as in 1", versionArgument)
		.argument("<v2>", "another one", versionArgument)
		.description("two versions side by side: content, metrics, slices, signature, lineage")
		.option(...OUTPUTS)
		.option("--json", "print JSON: {model, versions, isSameContent, differences}")
		.action(async (model, v1, v2, options) => finish(await modelsDiff(checkout, model, [v1, v2], options)));
	program
		.command("train")
		.argument("<model>")
		.description("train a model by its pipeline, and roll out what comes of it")
		.option("--version <n>", "train nothing: roll out this registered version", versionNumber)
		.option("--dataset <key>", "data set below datasets/<model>/ in the artifact bucket")
		.option("--argument <text>", "one more argument of the trainer; may be given again", collected)
		.option(...NO_WAIT)
		.option(...OUTPUTS)
		.option("--json", "print JSON: {model, execution, status, outcome, rollout, judgements}; progress goes to stderr")
		.addHelpText("after", EXIT_CODES)
		.action(async (model, options) => finish(await runPipeline(checkout, model, inputOf(model, options), options)));
	program
		.command("rollout")
		.argument("<model>")
		.description("roll out a registered version, step by step, as the judge lets it")
		.requiredOption("--version <n>", "as `triplane models show` lists them", versionNumber)
		.option(...NO_WAIT)
		.option(...OUTPUTS)
		.option("--json", "print JSON, as train does")
		.addHelpText("after", EXIT_CODES)
		.action(async (model, { version, ...options }) => finish(await runPipeline(checkout, model, { version }, options)));
	program
		.command("rollback")
		.argument("<model>")
		.description("take the last rollout back, in work or promoted; where it is rolled back already, nothing changes")
		.option("--champion", "go back from the champion as well, where the last rollout is rolled back already")
		.option("--reason <text>", "kept in the rollout's record")
		.option(...OUTPUTS)
		.option("--json", "print JSON: {model, rollout, state, route}")
		.action(async (model, options) => finish(await rollback(checkout, model, options)));
	program
		.command("approve")
		.argument("<model>")
		.description("let a rollout go on that asks for it, or refuse it")
		.option("--refuse", "the version gets no traffic")
		.option("--reason <text>", "why it is refused")
		.option(...OUTPUTS)
		.option("--json", "print JSON: {model, rollout, from, to, isApproved}")
		.action(async (model, options) => finish(await approve(checkout, model, options)));
	program
		.command("experiment")
		.argument("<model>")
		.description("serve versions side by side, without a judge, until --end")
		.option("--variant <name=version:percent>", "an arm, as in a=3:50; once for each, 100 together", arm)
		.addOption(new Option("--sticky <key>", "whose requests stay with one arm").choices(STICKY).default("user"))
		.option("--end", "end the experiment that runs")
		.option(...OUTPUTS)
		.option("--json", "print JSON: {model, experiment, isRunning, variants}")
		.action(async (model, options) => finish(await experiment(checkout, model, options)));
	program
		.command("promote")
		.argument("<model>")
		.description("take a registered version, by its content, from one stack or account to another")
		.option("--from <file>", "outputs of the stack that has it (default: the sandbox that is up)")
		.requiredOption("--to <file>", "outputs of the stack that is to have it, by `pulumi stack output --json`")
		.option("--from-profile <name>", "AWS profile of the first one's account")
		.option("--to-profile <name>", "AWS profile of the second one's account")
		.option("--version <n>", "of the first stack (default: its champion)", versionNumber)
		.option("--json", "print JSON: {model, from, to, sha256, parent, isNew, isChampion}")
		.action(async (model, options) => finish(await promote(checkout, model, options)));
}
