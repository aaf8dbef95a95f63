/** The bench's own arithmetic and its command line; the figures themselves are nobody's test. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { type LineSpec, lineOf, quantile, tableOf } from "./bench.ts";
import { BENCHES } from "./registry.ts";

const spec: LineSpec = { name: "n", what: "w", unit: "ms", goal: 2 };
const main = (...args: string[]) =>
	spawnSync(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], { encoding: "utf8" });

describe("bench", () => {
	it("judges a line by its goal, which may just be met", () => {
		const line = { name: "n", unit: "ms", baseline: 0.3333, goal: 2 };
		expect(lineOf(spec, { n: { value: 2, baseline: 1 / 3 } })).to.deep.equal({ ...line, value: 2, ok: true });
		expect(lineOf(spec, { n: { value: 2.001, baseline: 1 / 3 } })).to.deep.equal({ ...line, value: 2.001, ok: false });
	});

	it("takes more for better where a line says so, and judges nothing without a goal", () => {
		const more: LineSpec = { ...spec, isMoreBetter: true };
		expect(lineOf(more, { n: { value: 2, baseline: 1 } })).to.include({ ok: true, isMoreBetter: true });
		expect(lineOf(more, { n: { value: 1.999, baseline: 1 } }).ok).to.equal(false);
		expect(tableOf([lineOf(more, { n: { value: 3, baseline: 1 } })])).to.match(/n .*3 .*ms.*1 .*≥ 2.*yes/);
		expect(lineOf({ ...spec, goal: null }, { n: { value: 9, baseline: 1 } }).ok).to.equal(null);
	});

	it("does not pass over a line that was not measured", () => {
		expect(() => lineOf(spec, {})).to.throw('The bench of "n" did not measure it.');
	});

	it("takes quantiles of what was measured", () => {
		expect(quantile([3, 1, 2], 0.5)).to.equal(2);
		expect(quantile([3, 1, 2], 1)).to.equal(3);
		expect(() => quantile([], 0.5)).to.throw(RangeError);
		fc.assert(
			fc.property(
				fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
				fc.double({ min: 0, max: 1, noNaN: true }),
				(values, share) => {
					const at = quantile(values, share);
					expect(values).to.include(at);
					expect(values.filter((value) => value < at).length).to.be.at.most(share * values.length);
				},
			),
		);
	});

	it("says why a line could not be measured, and judges nothing in its place", () => {
		const line = lineOf(spec, { n: { why: "no network" } });
		expect(line).to.deep.equal({
			...{ name: "n", unit: "ms", goal: 2, value: null, baseline: null, ok: null },
			why: "no network",
		});
		expect(tableOf([line])).to.match(/n .*– .*ms.*– .*≤ 2.*–[\s\S]*\nn was not measured: no network$/);
	});

	it("prints a missed goal so that it is seen", () => {
		expect(tableOf([lineOf(spec, { n: { value: 3, baseline: 1 } })])).to.match(/n .*3 .*ms.*1 .*≤ 2.*NO/);
	});

	it("has each line's name once, and all of them in its help", () => {
		const names = BENCHES.flatMap(({ lines }) => lines.map(({ name }) => name));
		expect(new Set(names).size).to.equal(names.length);
		const { stdout, status } = main("--help");
		expect(status).to.equal(0);
		for (const name of names) expect(stdout).to.include(`  ${name}\n`);
	});

	it("names the benches where it is asked for another, and refuses an unknown option", () => {
		expect(main("--json", "predikt")).to.include({ status: 2, stdout: "" });
		expect(main("--json", "predikt").stderr).to.match(
			/^There is no bench "predikt"\. The benches are predict-cold-import, /,
		);
		expect(main("--jsn")).to.include({ status: 2, stdout: "" });
	});
});
