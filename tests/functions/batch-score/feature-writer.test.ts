import { expect } from "chai";
import { featureWriter } from "../../../functions/batch-score/feature-writer.ts";
import { featureStore } from "../../../functions/predict/feature-store.ts";
import { MemoryAws } from "../../support/functions-aws.ts";
import { MODEL, rejection } from "../../support/functions-batch.ts";

const fixture = () => {
	const aws = new MemoryAws();
	const { dynamodb } = aws.clients();
	const read = async (id: string) => {
		const found = await featureStore(dynamodb, "features").read(MODEL, [id], AbortSignal.timeout(1000));
		return Object.fromEntries(found.get(id) ?? []);
	};
	return { aws, read, writer: featureWriter(dynamodb, "features") };
};
const day = (number: number) => `2026-11-${number}T00:00:00Z`;

describe("functions/batch-score/feature-writer", () => {
	it("writes predictions so that a realtime model reads them as features", async () => {
		const { read, writer } = fixture();
		const predictions = Array.from({ length: 40 }, (_, i) => ({ id: `p${i}`, values: { prediction: i / 4 } }));
		await writer.write(MODEL, day(22), predictions);
		expect([await read("p3"), await read("p39")]).to.deep.equal([{ prediction: 0.75 }, { prediction: 9.75 }]);
	});

	it("overwrites with the same or a later window, never with an earlier one", async () => {
		const { read, writer } = fixture();
		for (const [number, prediction, expected] of [
			[22, 1, 1],
			[22, 2, 2],
			[23, 3, 3],
			[22, 4, 3],
		] as const) {
			await writer.write(MODEL, day(number), [{ id: "p", values: { prediction } }]);
			expect(await read("p")).to.deep.equal({ prediction: expected });
		}
	});

	it("refuses an id that no key can hold, and passes on what the table says", async () => {
		const { aws, writer } = fixture();
		const long = { id: "é".repeat(1100), values: { prediction: 1 } };
		expect((await rejection(writer.write(MODEL, day(22), [long]))).name).to.equal("BatchInputError");
		aws.disturbances.set("PutItem", "fail");
		const failed = await rejection(writer.write(MODEL, day(22), [{ id: "p", values: {} }]));
		expect(failed.name).to.equal("InternalServerError");
	});
});
