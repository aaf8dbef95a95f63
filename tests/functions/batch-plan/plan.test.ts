import { expect } from "chai";
import fc from "fast-check";
import { type PlanPorts, plan } from "../../../functions/batch-plan/plan.ts";
import { readManifest } from "../../../functions/shared/batch/manifest.ts";
import {
	MemoryObjects,
	MODEL,
	rejection,
	rowLines,
	TRACEPARENT,
	version,
	WINDOW,
} from "../../support/functions-batch.ts";

const DAY_SECONDS = 24 * 60 * 60;
const INPUT = `input/${MODEL}/2026-11-22/rows.jsonl`;
const ports = (objects: MemoryObjects, change: Partial<PlanPorts> = {}): PlanPorts => ({
	model: MODEL,
	windowSeconds: DAY_SECONDS,
	chunkRows: 2,
	writesFeatures: false,
	objects,
	committedUntil: async () => undefined,
	version: async () => version(),
	...change,
});
const request = (input: object = {}) => ({ execution: "run-1", startedAt: "2026-11-23T01:00:00Z", input });
const withRows = (text = rowLines(5)) => new MemoryObjects().put(INPUT, text);
const planOf = (objects: MemoryObjects, input: object = {}, change: Partial<PlanPorts> = {}) =>
	plan(ports(objects, change), request(input), TRACEPARENT);
const manifestOf = async (objects: MemoryObjects, change: Partial<PlanPorts> = {}) => {
	const response = await planOf(objects, {}, change);
	if (response.status !== "PLANNED") throw new Error("Nothing was due.");
	return readManifest(objects, response.manifestKey);
};

describe("functions/batch-plan/plan", () => {
	it("cuts the window that is due into chunks and pins the champion", async () => {
		const objects = withRows();
		expect(await planOf(objects)).to.deep.equal({
			status: "PLANNED",
			...WINDOW,
			execution: "run-1",
			traceparent: TRACEPARENT,
			startedAt: "2026-11-23T01:00:00Z",
			isDue: true,
			version: 3,
			artifactSha256: "a".repeat(64),
			manifestKey: `windows/${MODEL}/2026-11-22T00-00-00Z_2026-11-23T00-00-00Z/manifest.jsonl`,
			chunks: 3,
			rows: 5,
			pending: 3,
		});
		const lines = await manifestOf(objects);
		expect(lines.map(({ chunk, firstLine, rows }) => [chunk, firstLine, rows])).to.deep.equal([
			["chunk-00001", 1, 2],
			["chunk-00002", 3, 2],
			["chunk-00003", 5, 1],
		]);
	});

	it("cuts so that the chunks' bytes are the input's rows, whole and in order", async () => {
		const row = fc.oneof(
			fc.constant(""),
			fc.constant("  "),
			fc.string({ unit: "grapheme", minLength: 1 }).map((text) => JSON.stringify(text)),
		);
		await fc.assert(
			fc.asyncProperty(
				fc.array(row),
				fc.boolean(),
				fc.integer({ min: 1, max: 5 }),
				fc.integer({ min: 1, max: 9 }),
				async (rows, endsOpen, chunkRows, pieceBytes) => {
					const text = rows
						.map((each) => `${each}\n`)
						.join("")
						.slice(0, endsOpen ? -1 : undefined);
					const objects = withRows(text);
					objects.pieceBytes = pieceBytes;
					const lines = await manifestOf(objects, { chunkRows });
					const isRow = (each: string) => each.trim() !== "";
					const parts = lines.map(({ startByte, endByte }) =>
						Buffer.from(text).subarray(startByte, endByte).toString(),
					);
					expect(parts.flatMap((part) => part.split("\n").filter(isRow))).to.deep.equal(rows.filter(isRow));
					for (const [i, { rows: count }] of lines.entries())
						expect(count).to.equal(parts[i]?.split("\n").filter(isRow).length).and.to.be.at.most(chunkRows);
					for (const { firstLine, startByte } of lines)
						expect(firstLine).to.equal(Buffer.from(text).subarray(0, startByte).toString().split("\n").length);
				},
			),
		);
	});

	it("knows the chunks again whose outputs are there, and those only", async () => {
		const objects = withRows();
		const [first, second] = await manifestOf(objects);
		for (const { output, checksum } of [first, second].flatMap((line) => line ?? []))
			await objects.write(output, Buffer.from("scored"), checksum);
		expect((await manifestOf(objects)).map(({ isDone }) => isDone)).to.deep.equal([true, true, false]);
		expect(await planOf(objects)).to.include({ chunks: 3, pending: 1 });
	});

	it("scores a chunk again after its rows, its version or where it goes has changed", async () => {
		const objects = withRows();
		for (const { output, checksum } of await manifestOf(objects))
			await objects.write(output, Buffer.from(""), checksum);
		expect(await planOf(objects)).to.include({ pending: 0 });
		expect(await planOf(objects, {}, { version: async () => version({ sha256: "b".repeat(64) }) })).to.include({
			pending: 3,
		});
		expect(await planOf(objects, {}, { writesFeatures: true })).to.include({ pending: 3 });
		objects.put(INPUT, rowLines(5).replace('"a4"', '"z4"'));
		expect(await planOf(objects)).to.include({ pending: 1 });
	});

	it("has nothing due before the next window's end", async () => {
		expect(await planOf(withRows(), {}, { committedUntil: async () => "2026-11-23T00:00:00Z" })).to.deep.equal({
			status: "NOT_DUE",
		});
	});

	it("plans the window that it is asked for, whatever is committed", async () => {
		const objects = new MemoryObjects().put(`input/${MODEL}/2026-01-05/old.jsonl`, rowLines(1));
		const change = { committedUntil: async () => "2026-11-23T00:00:00Z" };
		expect(await planOf(objects, { start: "2026-01-05" }, change)).to.include({
			start: "2026-01-05T00:00:00Z",
			end: "2026-01-06T00:00:00Z",
			isDue: false,
		});
		expect(await planOf(objects, { start: "2026-01-05", end: "2026-01-05T12:00:00Z" }, change)).to.include({
			end: "2026-01-05T12:00:00Z",
			chunks: 1,
		});
	});

	it("refuses a window that ends before it starts, or has not ended", async () => {
		const backwards = await rejection(planOf(withRows(), { start: "2026-11-22", end: "2026-11-22" }));
		expect(backwards).to.deep.equal({
			name: "BatchRequestError",
			message:
				"The window asked for ends at 2026-11-22T00:00:00Z, not after its start at 2026-11-22T00:00:00Z. Give an end after the start.",
		});
		const open = await rejection(planOf(withRows(), { start: "2026-11-23" }));
		expect(open.message).to.equal(
			"The window asked for ends at 2026-11-24T00:00:00Z, which has not come: inputs may still be added to it. Wait, or give an earlier end.",
		);
	});

	it("takes an empty input for a window without rows", async () => {
		expect(await planOf(withRows(""))).to.include({ chunks: 0, rows: 0, pending: 0 });
	});

	it("ends on a file without line ends instead of holding it", async () => {
		const objects = withRows("x".repeat(1024 * 1024 + 1));
		objects.pieceBytes = 64 * 1024;
		expect(await rejection(planOf(objects))).to.deep.equal({
			name: "BatchInputError",
			message: `${INPUT} has a line of more than 1048576 bytes. Write one row a line, each ending in a newline.`,
		});
	});

	it("says which setting bounds the chunks of a window", async () => {
		const objects = withRows("1\n".repeat(10_001));
		objects.pieceBytes = 64 * 1024;
		const { name, message } = await rejection(planOf(objects, {}, { chunkRows: 1 }));
		expect([name, message]).to.deep.equal([
			"BatchInputError",
			`The window from 2026-11-22T00:00:00Z to 2026-11-23T00:00:00Z has more than 10000 chunks of 1 rows. Raise batch.chunkRows of "${MODEL}", shorten its windows, or put small inputs together.`,
		]);
	});
});
