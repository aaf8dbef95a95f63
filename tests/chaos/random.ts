/**
 * Random choices that a seed repeats: one independent stream for each purpose, so that more draws of one never move another.
 * Not for secrets.
 */

export interface Random {
	/** From 0 up to but not 1. */
	fraction(): number;
	/** A whole number from `least` up to and with `most`. */
	between(least: number, most: number): number;
	isHit(share: number): boolean;
	pick<Choice>(choices: readonly [Choice, ...Choice[]]): Choice;
	/** The same in another order. */
	shuffle<Item>(items: readonly Item[]): Item[];
}

/** Seeds are whole numbers from 0 up to here. */
export const SEED_MAX = 2 ** 31 - 1;

/** @param purpose name of the stream, as in "faults" */
export function randomOf(seed: number, purpose: string): Random {
	let state = hashOf(`${seed}/${purpose}`);
	// Mulberry32: 32 bits of state are plenty for some ten thousand draws.
	const fraction = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	return {
		fraction,
		between: (least, most) => least + Math.floor(fraction() * (most - least + 1)),
		isHit: (share) => fraction() < share,
		pick: (choices) => choices[Math.floor(fraction() * choices.length)] ?? choices[0],
		shuffle: (items) =>
			items
				.map((item) => ({ item, order: fraction() }))
				.toSorted((a, b) => a.order - b.order)
				.map(({ item }) => item),
	};
}

/** FNV-1a. */
function hashOf(text: string): number {
	let hash = 0x811c9dc5;
	for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
	return hash;
}
