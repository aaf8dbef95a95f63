/** Asynchronous work over many items, a few at a time. */

/**
 * What `work` gives of each item, in the items' order. The first failure ends it; what is under way then is awaited.
 * @param atOnce most items in work at a time
 */
export async function mapAtMost<Item, Result>(
	items: readonly Item[],
	atOnce: number,
	work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	const queue = items.entries();
	let isFailed = false;
	const drain = async () => {
		for (const [i, item] of queue) {
			if (isFailed) return;
			try {
				results[i] = await work(item);
			} catch (thrown) {
				isFailed = true;
				throw thrown;
			}
		}
	};
	const workers = Array.from({ length: Math.min(atOnce, items.length) }, drain);
	const failed = (await Promise.allSettled(workers)).find(({ status }) => status === "rejected");
	if (failed?.status === "rejected") throw failed.reason;
	return results;
}
