/**
 * Random counts from a seed, for simulations: how many requests come, and how many of them go wrong. Exact distributions, drawn
 * by their counts and not request by request.
 */

/** Uniform in [0, 1), the same sequence for the same seed. */
export type Random = () => number;

const UINT32 = 2 ** 32;
/** Up to here one uniform number is searched in the distribution itself: e to the minus this is still far from underflow. */
const MEAN_MAX = 30;

/** Mulberry32. */
export function seeded(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / UINT32;
	};
}

/** How many come, where `mean` are to be expected. A sum of Poisson counts is one. */
export function poisson(random: Random, mean: number): number {
	let count = 0;
	for (let left = mean; left > 0; left -= MEAN_MAX) {
		const part = Math.min(left, MEAN_MAX);
		let probability = Math.exp(-part);
		for (let at = random(), k = 1; at >= probability && probability > 0; k++, count++) {
			at -= probability;
			probability *= part / k;
		}
	}
	return count;
}

/** How many of `trials` are hit, each with the same chance. */
export function binomial(random: Random, trials: number, chance: number): number {
	if (chance <= 0 || trials <= 0) return 0;
	if (chance >= 1) return trials;
	if (chance > 0.5) return trials - binomial(random, trials, 1 - chance);
	let count = 0;
	const most = Math.max(1, Math.floor(MEAN_MAX / chance));
	for (let left = trials; left > 0; left -= most) {
		const part = Math.min(left, most);
		const odds = chance / (1 - chance);
		let probability = (1 - chance) ** part;
		for (let at = random(), k = 0; at >= probability && k < part; k++, count++) {
			at -= probability;
			probability *= (odds * (part - k)) / (k + 1);
		}
	}
	return count;
}
