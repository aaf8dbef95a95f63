import { expect } from "chai";
import fc from "fast-check";
import { callOf, FAULTS, type Fault, nextFault, refusalOf } from "./faults.ts";
import { randomOf } from "./random.ts";

const WRITE = { service: "dynamodb", operation: "TransactWriteItems" } as const;
const RECEIVE = { service: "sqs", operation: "ReceiveMessage" } as const;

const drawn = (call: typeof WRITE | typeof RECEIVE, share: number, count: number) => {
	const random = randomOf(3, "faults");
	return Array.from({ length: count }, () => nextFault(call, share, random));
};

describe("tests/chaos/faults", () => {
	it("tells DynamoDB's and SQS's calls by their header, and leaves all others alone", () => {
		expect(callOf("DynamoDB_20120810.UpdateItem")).to.deep.equal({ service: "dynamodb", operation: "UpdateItem" });
		expect(callOf("AmazonSQS.SendMessage")).to.deep.equal({ service: "sqs", operation: "SendMessage" });
		for (const other of [
			undefined,
			"",
			"AmazonSQS",
			"DynamoDBStreams_20120810.GetRecords",
			"Logs_20140328.PutLogEvents",
		])
			expect(callOf(other)).to.equal(undefined);
	});

	it("reads any header without failing", () => {
		fc.assert(
			fc.property(fc.string(), (target) => {
				expect([undefined, "dynamodb", "sqs"]).to.include(callOf(target)?.service);
			}),
		);
	});

	it("hits the share of calls that it is told, with every kind of fault", () => {
		const met = drawn(WRITE, 0.05, 20_000).filter((fault) => fault !== undefined);
		expect(met.length / 20_000).to.be.closeTo(0.05, 0.005);
		expect([...new Set(met)].sort()).to.deep.equal([...FAULTS].sort());
	});

	it("lets only transactions conflict", () => {
		const met = new Set<Fault | undefined>(drawn(RECEIVE, 1, 500));
		expect([...met].sort()).to.deep.equal(["error", "lost", "reset", "silence", "throttle"]);
	});

	it("lets everything through at a share of nothing", () => {
		expect(new Set(drawn(WRITE, 0, 1000))).to.deep.equal(new Set([undefined]));
	});

	it("gives a conflict a reason for each item of the transaction", () => {
		const request = Buffer.from(JSON.stringify({ TransactItems: [{}, {}, {}] }));
		const { status, body } = refusalOf("conflict", WRITE, request);
		expect([status, JSON.parse(body).CancellationReasons]).to.deep.equal([
			400,
			[{ Code: "TransactionConflict" }, { Code: "None" }, { Code: "None" }],
		]);
	});
});
