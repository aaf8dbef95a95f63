/** The registry's table: DynamoDB's adapter and its twin in memory, held to the same answers whatever is written to them. */
import { expect } from "chai";
import fc from "fast-check";
import { dynamodbTable } from "../../../../functions/shared/registry/dynamodb-table.ts";
import type { RegistryItem, RegistryTable, Write } from "../../../../functions/shared/registry/table.ts";
import { MemoryAws } from "../../../support/functions-aws.ts";
import { MemoryRegistry } from "../../../support/rollout/registry.ts";

const PK = "MODEL#digit-reader";
const TABLE = "registry";
/** Attributes that DynamoDB reserves are among them. */
const item = (sk: string, state: string, revision: number) => ({ pk: PK, sk, ...{ state, revision } });

function dynamodb() {
	const aws = new MemoryAws();
	const table = dynamodbTable({ client: aws.clients().dynamodb, table: TABLE, pause: async () => {} });
	return { aws, table };
}

const sk = fc.constantFrom("ROUTE", "ROLLOUT#000001", "ROLLOUT#000002", "LOCK");
const state = fc.constantFrom("OPEN", "ENDED");
const revision = fc.integer({ min: 1, max: 2 });
const condition = fc.oneof(
	fc.constant("absent" as const),
	fc.record({ state }),
	fc.record({ revision }),
	fc.record({ state, revision }),
);
const maybe = fc.option(condition, { nil: undefined });
const write: fc.Arbitrary<Write> = fc.oneof(
	fc
		.record({ sk, state, revision, condition: maybe })
		.map(
			({ condition, ...of }): Write => ({ kind: "put", item: item(of.sk, of.state, of.revision), ...given(condition) }),
		),
	fc
		.record({ sk, condition: maybe })
		.map(({ sk, condition }): Write => ({ kind: "delete", pk: PK, sk, ...given(condition) })),
	fc.record({ sk, condition }).map(({ sk, condition }): Write => ({ kind: "check", pk: PK, sk, condition })),
);
const given = (condition: Write["condition"]) => (condition === undefined ? {} : { condition });
const skOf = (one: Write): string => (one.kind === "put" ? one.item.sk : one.sk);
const transaction = fc.uniqueArray(write, { minLength: 1, maxLength: 4, selector: skOf });

describe("functions/shared/registry/table", () => {
	it("answers alike in DynamoDB and in memory, and leaves the same", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(transaction, { maxLength: 12 }), async (transactions) => {
				const tables: RegistryTable[] = [dynamodb().table, new MemoryRegistry()];
				const answers: boolean[][] = [[], []];
				for (const writes of transactions)
					for (const [i, table] of tables.entries()) answers[i]?.push(await table.write(writes));
				expect(answers[0]).to.deep.equal(answers[1]);
				const left = tables.map(async (table) => [
					await table.get(PK, "ROUTE"),
					await table.get(PK, "LOCK"),
					await table.last(PK, "ROLLOUT#"),
				]);
				expect(await left[0]).to.deep.equal(await left[1]);
			}),
			{ numRuns: 60 },
		);
	});

	it("leaves out what is undefined", async () => {
		const { table } = dynamodb();
		const written: RegistryItem = { pk: PK, sk: "ROUTE", ...{ revision: 1, sticky: undefined } };
		await table.write([{ kind: "put", item: written }]);
		expect(await table.get(PK, "ROUTE")).to.deep.equal({ pk: PK, sk: "ROUTE", revision: 1 });
	});

	it("throws what is no refusal, after some tries", async () => {
		const { table, aws } = dynamodb();
		aws.disturbances.set("TransactWriteItems", "fail");
		const thrown = await table.write([{ kind: "put", item: item("ROUTE", "OPEN", 1) }]).catch((error: Error) => error);
		expect(thrown).to.be.instanceOf(Error);
		expect(aws.calls.filter((call) => call === "TransactWriteItems")).to.have.length.above(1);
	});
});
