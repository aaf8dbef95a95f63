/** `triplane up`, the main job: the platform from nothing to predictions and a rejected program, then torn down or held. */
import { join } from "node:path";
import { TriplaneError } from "../../charter/errors.ts";
import { announce, findCurrent, withdraw } from "../current.ts";
import { writeReport } from "../report.ts";
import { readSettings, settingsIn } from "../settings.ts";
import { Steps } from "../steps.ts";
import { assertTellable } from "../story/callers.ts";
import { type Only, onlyServed } from "../story/only.ts";
import { reportOf } from "../story/report-of.ts";
import { SAMPLES } from "../story/samples.ts";
import { STACK, type Stage, setStage } from "../story/stage.ts";
import { type Platform, raise, show, tearDown } from "../story/story.ts";

/** Where the report is, relative to the checkout. */
const REPORT = ".sandbox/report.json";

/**
 * Exit code 0 where all of it came true. Everything that was started has ended when this settles.
 * @param interrupted rejects when the user asks to stop
 */
export async function up(
	checkout: string,
	options: { keep?: boolean; json?: boolean; only?: Only },
	interrupted: Promise<never>,
): Promise<number> {
	const startedMs = performance.now();
	const steps = new Steps(options.json ? process.stderr : process.stdout);
	if (options.keep && (await findCurrent(checkout)))
		throw new TriplaneError("A sandbox is already up in this checkout. End it first: `npm run triplane -- down`.");
	const { config: written } = await readSettings(checkout, STACK);
	const config = options.only ? onlyServed(written, "realtime") : written;
	assertTellable(settingsIn(config, STACK), SAMPLES.realtime);
	await using scope = new AsyncDisposableStack();
	// Deferred first, so it is done last: who waits for the announcement to go finds nothing left.
	scope.defer(() => withdraw(checkout));
	steps.line("Triplane on an embedded AWS\n");
	const story = async () => {
		const stage = await steps.run(
			"cloud",
			() => setStage(checkout, scope, config),
			({ cloud, engine }) => `AWS at ${cloud.endpoint}, IAM enforced; Pulumi ${engine.version} (${engine.source})`,
		);
		const platform = await raise(stage, steps);
		const shown = await show(stage, platform, steps, options.only);
		if (!options.keep) await tearDown(platform, steps);
		const report = reportOf(stage, platform, shown, (performance.now() - startedMs) / 1000);
		await writeReport(join(checkout, REPORT), report);
		if (options.json) console.log(JSON.stringify(report, null, 2));
		steps.line(`\nAll of it in ${report.durationSeconds.toFixed(0)} s. The report: ${REPORT}`);
		if (options.keep) await hold(checkout, stage, platform, steps, interrupted);
	};
	interrupted.catch(() => steps.silence());
	await Promise.race([story(), interrupted]);
	return 0;
}

/** Keeps the sandbox up until the user asks to stop. */
async function hold(
	checkout: string,
	stage: Stage,
	{ outputs, tokens }: Platform,
	steps: Steps,
	interrupted: Promise<never>,
) {
	const current = {
		url: outputs.url,
		endpoint: stage.cloud.endpoint,
		region: stage.cloud.region,
		tenants: tokens,
		outputs,
	};
	await announce(checkout, current);
	steps.line(`\nThe platform is up: ${current.url}`);
	for (const { name, token } of tokens) steps.line(`  ${name.padEnd(10)} ${token}`);
	steps.line("\nTry it: npm run --silent triplane -- status. Ctrl-C ends it.");
	await interrupted;
}
