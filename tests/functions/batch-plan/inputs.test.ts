import { expect } from "chai";
import fc from "fast-check";
import { inputFolder } from "../../../charter/windows.ts";
import { inputsOf } from "../../../functions/batch-plan/inputs.ts";
import { MemoryObjects, MODEL, rejection, WINDOW } from "../../support/functions-batch.ts";

const PREFIX = `input/${MODEL}/`;
const bucketOf = (...names: string[]) => {
	const objects = new MemoryObjects();
	for (const name of names) objects.put(PREFIX + name, "");
	return objects;
};
const found = async (...names: string[]) =>
	(await inputsOf(bucketOf(...names), WINDOW)).map((key) => key.slice(PREFIX.length));

describe("functions/batch-plan/inputs", () => {
	it("finds a window's inputs by day, hour and minute, and those of no other window", async () => {
		expect(
			await found(
				"2026-11-21/late.jsonl",
				"2026-11-21T23-59/last.jsonl",
				"2026-11-22/b.jsonl",
				"2026-11-22/a/deep.jsonl",
				"2026-11-22T07/hour.jsonl",
				"2026-11-22T23-59/minute.jsonl",
				"2026-11-23/next.jsonl",
				"2026-11-23T00/next.jsonl",
				"2027-01-01/later.jsonl",
			),
		).to.deep.equal([
			"2026-11-22/a/deep.jsonl",
			"2026-11-22/b.jsonl",
			"2026-11-22T07/hour.jsonl",
			"2026-11-22T23-59/minute.jsonl",
		]);
	});

	it("passes over the bookkeeping of other tools", async () => {
		expect(
			await found("2026-11-22/_SUCCESS", "2026-11-22/.part.crc", "_tmp/x", "2026-11-22/", "2026-11-22/a.jsonl"),
		).to.deep.equal(["2026-11-22/a.jsonl"]);
	});

	it("refuses what it would otherwise lose, by its key", async () => {
		for (const [name, words] of [
			["2026-11-22/rows.csv", "is no .jsonl file"],
			["2026-11-31/rows.jsonl", "does not lie in a folder that says when it begins"],
			["rows.jsonl", "does not lie in a folder that says when it begins"],
			["tomorrow/rows.jsonl", "does not lie in a folder that says when it begins"],
		] as const) {
			const window = { ...WINDOW, end: "2026-12-31T00:00:00Z" };
			const { name: error, message } = await rejection(inputsOf(bucketOf(name, "2026-11-22/a.jsonl"), window));
			expect(error).to.equal("BatchInputError");
			expect(message)
				.to.contain(PREFIX + name)
				.and.to.contain(words);
		}
	});

	it("does not take a window without inputs for one without rows", async () => {
		const { name, message } = await rejection(inputsOf(bucketOf("2026-11-23/a.jsonl"), WINDOW));
		expect(name).to.equal("BatchInputError");
		expect(message).to.equal(
			`The window of "${MODEL}" from 2026-11-22T00:00:00Z to 2026-11-23T00:00:00Z has no inputs under ${PREFIX}2026-11-22/. Put them there (an empty .jsonl file says that there are none), then start the window again.`,
		);
	});

	it("finds each input in exactly one of the windows that follow each other", async () => {
		const minute = fc.integer({ min: 0, max: 3 * 24 * 60 - 1 });
		await fc.assert(
			fc.asyncProperty(
				fc.uniqueArray(minute, { minLength: 1 }),
				fc.integer({ min: 1, max: 3 * 24 * 60 }),
				async (minutes, cut) => {
					const startMs = Date.parse("2026-11-20T00:00:00Z");
					const instant = (m: number) => new Date(startMs + m * 60_000).toISOString().replace(".000", "");
					const objects = bucketOf(...minutes.map((m) => `${inputFolder(startMs + m * 60_000)}/x.jsonl`));
					const halves = [
						{ model: MODEL, start: instant(0), end: instant(cut) },
						{ model: MODEL, start: instant(cut), end: instant(3 * 24 * 60) },
					];
					const sizes = await Promise.all(
						halves.map((half) =>
							inputsOf(objects, half).then(
								({ length }) => length,
								() => 0,
							),
						),
					);
					expect(sizes).to.deep.equal([minutes.filter((m) => m < cut).length, minutes.filter((m) => m >= cut).length]);
				},
			),
			{ numRuns: 50 },
		);
	});
});
