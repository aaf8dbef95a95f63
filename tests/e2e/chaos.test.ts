/** `npm run chaos` as CI runs it: a thousand jobs by a seed of this run's own, and a tenant at ten times its rate. */
import { randomInt } from "node:crypto";
import { expect } from "chai";
import { SEED_MAX } from "../chaos/random.ts";
import { runsOfCommand, start } from "../support/command.ts";

const JOBS = 1000;
const SECONDS_MAX = 180;
const CHAOS = "tests/chaos/main.ts";

/** Runs it to its end; the outcome is its last line. */
async function chaos(...args: string[]) {
	const seed = randomInt(SEED_MAX);
	const running = start(process.execPath, [CHAOS, "--json", "--seed", String(seed), ...args]);
	const { code, stdout } = await running.ended;
	// With a seed in it, so that whoever reads of a failure can repeat the run.
	const report: Record<string, unknown> = JSON.parse(stdout.trimEnd().split("\n").at(-1) || "{}");
	expect(runsOfCommand(running)).to.deep.equal([]);
	return { code, seed, report, words: running.printed() };
}

describe("Chaos", () => {
	it("loses no job, ends none twice, changes no result and sets all poison aside, whatever fails around them.", async () => {
		const { code, seed, report, words } = await chaos("--jobs", String(JOBS));
		const { kills, duplicates, poison, seconds, ...rest } = report;
		const unharmed = { seed, jobs: JOBS, lost: 0, doubled: 0, mismatched: 0, poisonInDlq: poison };
		expect({ ...rest, code }, words).to.deep.equal({ ...unharmed, code: 0 });
		expect(kills, words).to.be.at.least(5);
		expect(duplicates).to.be.at.least(100);
		expect(poison).to.be.at.least(11);
		expect(seconds).to.be.at.most(SECONDS_MAX);
	}).timeout(2 * SECONDS_MAX * 1000);

	it("hardly slows tenants down by another one at ten times its rate, whose limits carry it.", async () => {
		const { code, report, words } = await chaos("--fairness");
		const { ratio, unlimitedRatio, depthMax, depthBound, noisySent, noisyRefused } = report;
		expect(code, words).to.equal(0);
		expect(ratio).to.be.at.most(1.5);
		expect(unlimitedRatio, "the measure tells a noisy tenant").to.be.above(2);
		expect(depthMax).to.be.at.most(Number(depthBound));
		expect(noisyRefused).to.be.above(Number(noisySent) / 2);
	}).timeout(5 * 60_000);
});
