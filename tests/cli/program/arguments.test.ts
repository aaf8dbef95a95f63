import { expect } from "chai";
import { InvalidArgumentError } from "commander";
import fc from "fast-check";
import { arm, positiveCount, versionArgument, versionNumber } from "../../../cli/program/arguments.ts";

describe("cli/program/arguments", () => {
	it("reads an experiment's arms one after the other", () => {
		expect(arm("b=4:37.5", arm("a=3:62.5"))).to.deep.equal([
			{ name: "a", version: 3, weight: 62.5 },
			{ name: "b", version: 4, weight: 37.5 },
		]);
	});

	it("reads a version with and without its v", () => {
		expect([versionArgument("v7"), versionArgument("7"), versionNumber("999999")]).to.deep.equal([7, 7, 999_999]);
	});

	for (const text of ["", "0", "-1", "1.5", "v", "v0", "1e3", "1000000", "latest"])
		it(`refuses the version "${text}"`, () => {
			expect(() => versionArgument(text)).to.throw(InvalidArgumentError, "A version is a whole number above 0");
		});

	for (const text of ["a=3", "a=3:0", "a=3:101", "a=0:50", "=3:50", "A=3:50", "a=3:50:1", "a=3:-5", "a=3:5e1"])
		it(`refuses the arm "${text}"`, () => {
			expect(() => arm(text)).to.throw(InvalidArgumentError, "--variant b=4:50");
		});

	for (const name of ["canary", "shadow", "pinned"])
		it(`keeps the arm's name "${name}" for rollouts`, () => {
			expect(() => arm(`${name}=3:50`)).to.throw(InvalidArgumentError, "No arm is called canary, shadow, pinned");
		});

	it("gives a whole value of any text, or refuses it", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				for (const read of [positiveCount, versionArgument])
					try {
						expect(read(text)).to.satisfy((value: number) => Number.isSafeInteger(value) && value > 0);
					} catch (error) {
						expect(error).to.be.instanceOf(InvalidArgumentError);
					}
			}),
		);
	});
});
