/** The simulation's own arithmetic: its counts are of the distributions that it names, and its deciders decide as they say. */
import { expect } from "chai";
import { fixedThreshold, repeatedZTest, sequential } from "./rollout-arms.ts";
import { simulate } from "./rollout-simulation.bench.ts";
import { binomial, poisson, seeded } from "./seeded-counts.ts";

const DRAWS = 20_000;

/** Mean and variance of many draws, each with its own standard error. */
function momentsOf(draw: () => number) {
	const values = Array.from({ length: DRAWS }, draw);
	const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
	const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (DRAWS - 1);
	return { mean, variance };
}

function expectMoments(draw: () => number, mean: number, variance: number) {
	const found = momentsOf(draw);
	const SIGMAS = 5;
	expect(found.mean).to.be.closeTo(mean, SIGMAS * Math.sqrt(variance / DRAWS));
	// The kurtosis of all of these is below 5, but for rare counts, whose variance is allowed more.
	expect(found.variance).to.be.closeTo(variance, SIGMAS * variance * Math.sqrt((2 + 1 / variance) / DRAWS));
}

describe("bench/rollout-simulation", () => {
	it("draws Poisson counts of small and large means", () => {
		for (const mean of [0.06, 1.2, 29.5, 31, 6_000]) {
			const random = seeded(1);
			expectMoments(() => poisson(random, mean), mean, mean);
		}
		expect(poisson(seeded(1), 0)).to.equal(0);
	});

	it("draws binomial counts of small and large chances, and never more than there are", () => {
		for (const [trials, chance] of [
			[120, 0.001],
			[1_080, 0.01],
			[5_400, 0.05],
			[60_000, 0.1],
			[300, 0.9],
		] as const) {
			const random = seeded(2);
			expectMoments(() => binomial(random, trials, chance), trials * chance, trials * chance * (1 - chance));
		}
		expect([binomial(seeded(1), 5, 0), binomial(seeded(1), 5, 1), binomial(seeded(1), 0, 0.5)]).to.deep.equal([
			0, 5, 0,
		]);
	});

	it("draws a binomial count as often as its formula says", () => {
		const random = seeded(3);
		const counts = Array.from({ length: DRAWS }, () => binomial(random, 4, 0.3));
		for (const [k, ways] of [1, 4, 6, 4, 1].entries()) {
			const chance = ways * 0.3 ** k * 0.7 ** (4 - k);
			const share = counts.filter((count) => count === k).length / DRAWS;
			expect(share).to.be.closeTo(chance, 5 * Math.sqrt((chance * (1 - chance)) / DRAWS));
		}
	});

	const release = (rps: number, championErrorRate: number, canaryErrorRate: number) => ({
		...{ rps, championErrorRate, canaryErrorRate, sloErrorRate: 0.005 },
	});

	it("gives the same figures for the same seed, which add up to all of its runs", () => {
		const of = (seed: number) => simulate(sequential, release(20, 0.001, 0.003), 50, seed);
		const cell = of(1);
		expect(of(1)).to.deep.equal(cell);
		expect(of(2)).not.to.deep.equal(cell);
		expect(cell.rolledBack + cell.held + cell.promoted).to.equal(1);
	});

	it("ends a canary that only fails at the first look, by every decider but the one that counts to five", () => {
		const all = [sequential, repeatedZTest, fixedThreshold].map((decide) =>
			simulate(decide, release(20, 0.001, 0.9), 20, 4),
		);
		expect(all.map(({ rolledBack }) => rolledBack)).to.deep.equal([1, 1, 1]);
		expect(all.map(({ minutes }) => minutes)).to.deep.equal([1, 1, 5]);
		expect(all.map(({ exposedMost }) => exposedMost)).to.deep.equal([0.1, 0.1, 0.1]);
	});

	it("lets the fixed threshold promote, after its five steps, whatever is below it", () => {
		const { promoted, minutes, exposed } = simulate(fixedThreshold, release(100, 0.001, 0.003), 50, 5);
		expect([promoted, minutes, exposed]).to.deep.equal([1, 5, 0.3]);
	});

	it("keeps its promises in a few hundred runs already", () => {
		const healthy = simulate(sequential, release(20, 0.001, 0.001), 300, 6);
		expect(healthy.rolledBack).to.be.at.most(0.03);
		expect(healthy.minutesToPromotion).to.be.within(5, 20);
		const bad = simulate(sequential, release(20, 0.001, 0.01), 300, 6);
		expect([bad.promoted, bad.exposed]).to.deep.equal([0, 0.1]);
		expect(bad.minutes).to.be.within(2, 5);
	});
});
