import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { mapAtMost } from "../../../../functions/shared/batch/each.ts";
import { rejection } from "../../../support/functions-batch.ts";

describe("functions/shared/batch/each", () => {
	it("keeps the items' order, and no more in work at once than it may", async () => {
		let [inWork, most] = [0, 0];
		const results = await mapAtMost([5, 1, 4, 2, 3], 2, async (item) => {
			inWork += 1;
			most = Math.max(most, inWork);
			await sleep(item);
			inWork -= 1;
			return item * 10;
		});
		expect([results, most]).to.deep.equal([[50, 10, 40, 20, 30], 2]);
		expect(await mapAtMost([], 2, async () => 1)).to.deep.equal([]);
	});

	it("ends with the first failure, begins nothing more, and leaves nothing under way", async () => {
		const begun: number[] = [];
		let ended = 0;
		const failed = mapAtMost([1, 2, 3, 4, 5], 2, async (item) => {
			begun.push(item);
			if (item === 1) throw new Error("the first");
			await sleep(5);
			ended += 1;
		});
		expect((await rejection(failed)).message).to.equal("the first");
		expect([begun, ended]).to.deep.equal([[1, 2], 1]);
	});
});
