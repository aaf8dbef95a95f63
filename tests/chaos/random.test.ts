import { expect } from "chai";
import fc from "fast-check";
import { randomOf } from "./random.ts";

const draws = (seed: number, purpose: string, count = 5) => {
	const random = randomOf(seed, purpose);
	return Array.from({ length: count }, () => random.fraction());
};

describe("tests/chaos/random", () => {
	it("repeats the same draws for the same seed and purpose, for ever", () => {
		expect(draws(7, "faults", 3)).to.deep.equal(draws(7, "faults", 3));
		expect(draws(7, "faults", 3).map((draw) => draw.toFixed(6))).to.deep.equal(["0.775584", "0.217578", "0.624408"]);
	});

	it("gives each seed and each purpose draws of their own", () => {
		const streams = [draws(7, "faults"), draws(8, "faults"), draws(7, "payloads")];
		expect(new Set(streams.flat()).size).to.equal(15);
	});

	it("draws evenly enough to be taken at its word", () => {
		const random = randomOf(1, "share");
		const hits = Array.from({ length: 20_000 }, () => random.isHit(0.05)).filter(Boolean).length;
		expect(hits / 20_000).to.be.closeTo(0.05, 0.005);
	});

	it("shuffles without losing anything", () => {
		const items = Array.from({ length: 20 }, (_, i) => i);
		const shuffled = randomOf(1, "shuffle").shuffle(items);
		expect(shuffled).not.to.deep.equal(items);
		expect(shuffled.toSorted((a, b) => a - b)).to.deep.equal(items);
	});

	it("stays within bounds whatever the seed", () => {
		fc.assert(
			fc.property(fc.integer(), fc.string(), fc.integer({ min: 0, max: 50 }), (seed, purpose, span) => {
				const random = randomOf(seed, purpose);
				for (let i = 0; i < 20; i++) {
					expect(random.fraction()).to.be.within(0, 1 - 2 ** -32);
					expect(random.between(-3, span)).to.be.within(-3, span);
					expect(["a", "b"]).to.include(random.pick(["a", "b"]));
				}
			}),
		);
	});
});
