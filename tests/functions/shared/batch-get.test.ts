/** Reading many items at once, against a DynamoDB that leaves some over. */
import { expect } from "chai";
import fc from "fast-check";
import { batchGet } from "../../../functions/shared/batch-get.ts";
import { MemoryAws } from "../../support/functions-aws.ts";

const keys = (count: number) => Array.from({ length: count }, (_, i) => ({ pk: { S: `k${i}` } }));

function setUp(items: number) {
	const aws = new MemoryAws();
	for (const key of keys(items)) aws.dynamodb.put("t", { ...key, value: { N: "1" } });
	const { dynamodb } = aws.clients();
	const read = (wanted: number, signal = AbortSignal.timeout(5_000)) =>
		batchGet(dynamodb, "t", keys(wanted), { consistentRead: false, signal });
	return { aws, read };
}

describe("functions/shared/batch-get", () => {
	it("reads nothing for no keys", async () => {
		const { aws, read } = setUp(0);
		expect(await read(0)).to.deep.equal([]);
		expect(aws.calls).to.deep.equal([]);
	});

	it("gives every item that exists, once, however many keys there are and however few DynamoDB answers at a time", async () => {
		const counts = fc.record({ items: fc.nat(250), wanted: fc.nat(250), answers: fc.integer({ min: 20, max: 100 }) });
		await fc.assert(
			fc.asyncProperty(counts, async ({ items, wanted, answers }) => {
				const { aws, read } = setUp(items);
				aws.dynamodb.batchAnswers = answers;
				const found = (await read(wanted)).map(({ pk }) => pk?.S ?? "");
				expect(found.sort()).to.deep.equal(
					keys(Math.min(items, wanted))
						.map(({ pk }) => pk.S)
						.sort(),
				);
			}),
			{ numRuns: 15 },
		);
	});

	it("stops asking for leftovers when the signal aborts", async () => {
		const { aws, read } = setUp(1);
		aws.dynamodb.batchAnswers = 0;
		const thrown: unknown = await read(1, AbortSignal.timeout(30)).catch((error: unknown) => error);
		expect(thrown).to.be.instanceOf(Error).with.property("name", "AbortError");
	});
});
