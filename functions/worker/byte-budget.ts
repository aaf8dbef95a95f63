/**
 * Bounds the bytes that a worker has in work at once, first come first served: whatever comes, the process keeps its memory.
 * What is larger than the whole budget goes alone.
 */

export interface ByteBudget {
	/** Waits until the bytes fit in; the answer gives them back. */
	take(bytes: number): Promise<() => void>;
	readonly inUse: number;
}

export function createByteBudget(mostBytes: number): ByteBudget {
	let inUse = 0;
	const queue: { bytes: number; enter: () => void }[] = [];

	const admit = (): void => {
		for (;;) {
			const [next] = queue;
			if (!next || (inUse > 0 && inUse + next.bytes > mostBytes)) return;
			queue.shift();
			inUse += next.bytes;
			next.enter();
		}
	};
	return {
		take: async (bytes) => {
			const { promise, resolve } = Promise.withResolvers<void>();
			queue.push({ bytes, enter: resolve });
			admit();
			await promise;
			let isGivenBack = false;
			return () => {
				if (isGivenBack) return;
				isGivenBack = true;
				inUse -= bytes;
				admit();
			};
		},
		get inUse() {
			return inUse;
		},
	};
}
