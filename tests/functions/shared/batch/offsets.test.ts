import { expect } from "chai";
import { offsetsTable } from "../../../../functions/shared/batch/offsets.ts";
import { MemoryAws } from "../../../support/functions-aws.ts";
import { MODEL, rejection } from "../../../support/functions-batch.ts";

const fixture = () => {
	const aws = new MemoryAws();
	return { aws, offsets: offsetsTable(aws.clients().dynamodb, "offsets") };
};
const first = "2026-11-22T00:00:00Z";
const second = "2026-11-23T00:00:00Z";

describe("functions/shared/batch/offsets", () => {
	it("begins a model's record and moves it on, a revision at a time", async () => {
		const { offsets } = fixture();
		expect(await offsets.read(MODEL)).to.equal(undefined);
		expect(await offsets.move(MODEL, undefined, first)).to.equal(true);
		const record = await offsets.read(MODEL);
		expect(record).to.deep.equal({ committedUntil: first, revision: 1 });
		expect(await offsets.move(MODEL, record, second)).to.equal(true);
		expect(await offsets.read(MODEL)).to.deep.equal({ committedUntil: second, revision: 2 });
	});

	it("lets one of two move it that read the same", async () => {
		const { offsets } = fixture();
		expect(await offsets.move(MODEL, undefined, first)).to.equal(true);
		expect(await offsets.move(MODEL, undefined, second)).to.equal(false);
		const record = await offsets.read(MODEL);
		expect(await offsets.move(MODEL, record, second)).to.equal(true);
		expect(await offsets.move(MODEL, record, second)).to.equal(false);
		expect(await offsets.read(MODEL)).to.deep.equal({ committedUntil: second, revision: 2 });
	});

	it("does not take a failing table for one that was moved meanwhile", async () => {
		const { aws, offsets } = fixture();
		aws.disturbances.set("PutItem", "fail");
		expect((await rejection(offsets.move(MODEL, undefined, first))).name).to.equal("InternalServerError");
	});

	it("refuses a record that is not in its form", async () => {
		for (const item of [
			{ committedUntil: { S: "yesterday" }, revision: { N: "1" } },
			{ committedUntil: { S: first } },
			{ committedUntil: { S: first }, revision: { N: "1.5" } },
		]) {
			const { aws, offsets } = fixture();
			aws.dynamodb.put("offsets", { pk: { S: `MODEL#${MODEL}` }, ...item });
			expect((await rejection(offsets.read(MODEL))).name).to.equal("OffsetRecordError");
		}
	});
});
