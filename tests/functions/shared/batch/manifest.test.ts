import { expect } from "chai";
import fc from "fast-check";
import { readManifest, writeManifest } from "../../../../functions/shared/batch/manifest.ts";
import { chunkOf, MemoryObjects, rejection } from "../../../support/functions-batch.ts";

const KEY = "windows/m/w/manifest.jsonl";

describe("functions/shared/batch/manifest", () => {
	it("reads back what it writes, line by line", async () => {
		const input = fc.string({ minLength: 1, unit: "grapheme" });
		const lines = fc.array(
			fc
				.tuple(input, fc.boolean(), fc.integer({ min: 1, max: 99_999 }))
				.map(([name, isDone, number]) =>
					chunkOf(name, "row\n", { isDone, chunk: `chunk-${String(number).padStart(5, "0")}` }),
				),
		);
		await fc.assert(
			fc.asyncProperty(lines, async (written) => {
				const objects = new MemoryObjects();
				await objects.write(KEY, writeManifest(written));
				expect(await readManifest(objects, KEY)).to.deep.equal(written);
			}),
			{ numRuns: 50 },
		);
	});

	it("says which line is none, and what to do", async () => {
		const [line] = Buffer.from(writeManifest([chunkOf("a", "row\n")]))
			.toString()
			.split("\n");
		for (const broken of ["{", '{"chunk":"chunk-00001"}', ""]) {
			const objects = new MemoryObjects().put(KEY, `${line}\n${broken}\n`);
			expect(await rejection(readManifest(objects, KEY))).to.deep.equal({
				name: "ManifestError",
				message: `Line 2 of ${KEY} is no chunk. Start the window again.`,
			});
		}
		expect((await rejection(readManifest(new MemoryObjects(), KEY))).message).to.equal(
			`There is no manifest ${KEY}. Start the window again.`,
		);
	});
});
