import { expect } from "chai";
import fc from "fast-check";
import { readOptions, UsageError } from "./options.ts";
import { SEED_MAX } from "./random.ts";

describe("tests/chaos/options", () => {
	it("runs a thousand jobs on four tasks by a new seed where nothing is said", () => {
		const { seed, ...rest } = readOptions([]);
		expect(seed).to.be.within(0, SEED_MAX);
		expect(rest).to.deep.equal({ jobs: 1000, workers: 4, isFairness: false, isJson: false, isHelp: false });
	});

	it("takes what is said", () => {
		const args = ["--jobs", "10000", "--workers=2", "--seed", "7", "--json", "--fairness"];
		expect(readOptions(args)).to.deep.equal({
			jobs: 10_000,
			workers: 2,
			seed: 7,
			isFairness: true,
			isJson: true,
			isHelp: false,
		});
	});

	for (const [args, words] of [
		[["--jobs", "0"], '--jobs "0" is not a whole number from 1 to 100000.'],
		[["--jobs", "1e3"], '--jobs "1e3" is not a whole number from 1 to 100000.'],
		[["--workers", "17"], '--workers "17" is not a whole number from 1 to 16.'],
		[["--seed=-1"], `--seed "-1" is not a whole number from 0 to ${SEED_MAX}.`],
	] as const)
		it(`refuses ${args.join(" ")} with what it takes`, () => {
			expect(() => readOptions(args)).to.throw(UsageError, words);
		});

	it("refuses whatever it does not know, and never fails otherwise", () => {
		expect(() => readOptions(["--job", "3"])).to.throw(UsageError, "--job");
		fc.assert(
			fc.property(fc.array(fc.string()), (args) => {
				try {
					readOptions(args);
				} catch (thrown) {
					expect(thrown).to.be.instanceOf(UsageError);
				}
			}),
		);
	});
});
