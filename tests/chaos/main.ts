/** `npm run chaos`: one bounded run by a seed; progress on stderr, the outcome on stdout. */
import { isWell, runChaos } from "./chaos.ts";
import { isFair, measureFairness } from "./fairness.ts";
import { type ChaosOptions, HELP, readOptions, UsageError } from "./options.ts";

const FAULTS_SHOWN_MAX = 20;

const startedAtMs = performance.now();
function say(text: string): void {
	const seconds = (performance.now() - startedAtMs) / 1000;
	process.stderr.write(`[${seconds.toFixed(1).padStart(6)} s] ${text}\n`);
}

async function chaos(options: ChaosOptions): Promise<boolean> {
	const { report, verdict } = await runChaos(options, say);
	for (const fault of verdict.faults.slice(0, FAULTS_SHOWN_MAX)) say(fault);
	if (verdict.faults.length > FAULTS_SHOWN_MAX) say(`… and ${verdict.faults.length - FAULTS_SHOWN_MAX} more`);
	const { seed, jobs, lost, doubled, mismatched, poison, poisonInDlq, seconds } = report;
	if (options.isJson) process.stdout.write(`${JSON.stringify(report)}\n`);
	else
		process.stdout.write(
			`Of ${jobs} jobs ${lost} were lost, ${doubled} ended twice, ${mismatched} have not a quiet run's result; ${poisonInDlq} of ${poison} poisoned ones are set aside. ${seconds} s, seed ${seed}.\n`,
		);
	return isWell(report);
}

async function fairness({ seed, isJson }: ChaosOptions): Promise<boolean> {
	const report = await measureFairness(seed, say);
	const { ratio, unlimitedRatio, depthMax, depthBound, noisySent, noisyRefused, seconds } = report;
	if (isJson) process.stdout.write(`${JSON.stringify(report)}\n`);
	else
		process.stdout.write(
			`A tenant at ten times its rate makes the others' p95 job time ${ratio} times as long, and would make it ${unlimitedRatio} times without its limits. Of its ${noisySent} requests ${noisyRefused} were refused; at most ${depthMax} messages were in the queue, of ${depthBound} that the caps allow. ${seconds} s, seed ${seed}.\n`,
		);
	return isFair(report);
}

async function main(args: readonly string[]): Promise<number> {
	const options = readOptions(args);
	if (options.isHelp) {
		process.stdout.write(HELP);
		return 0;
	}
	say(`seed ${options.seed}`);
	return (await (options.isFairness ? fairness(options) : chaos(options))) ? 0 : 1;
}

try {
	process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
	const isUsage = thrown instanceof UsageError;
	const words = thrown instanceof Error ? (isUsage ? thrown.message : thrown.stack) : String(thrown);
	process.stderr.write(`${words}\n`);
	process.exitCode = isUsage ? 2 : 1;
}
