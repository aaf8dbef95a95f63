/** The lines of a container's output, as they come out of its file. */
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { ContainerLog } from "../../../sandbox/ecs-agent/container-log.ts";

describe("A container's log", () => {
	let directory: string;
	let files = 0;
	before(async () => {
		directory = await mkdtemp(join(tmpdir(), "triplane-log-"));
	});
	after(() => rm(directory, { recursive: true, force: true }));

	const opened = async () => {
		const path = join(directory, String(files++));
		const lines: string[] = [];
		const log = await ContainerLog.open(path, async (more) => void lines.push(...more));
		return { path, log, lines };
	};

	it("hands on full lines, and the rest at the end; nothing after it.", async () => {
		const { path, log, lines } = await opened();
		await appendFile(path, "one\ntwo\n\nthr");
		await log.flush();
		expect(lines).to.deep.equal(["one", "two"]);
		await appendFile(path, "ee\nfour");
		await log.flush();
		expect(lines).to.deep.equal(["one", "two", "three"]);
		await log.close();
		await log.flush();
		expect(lines).to.deep.equal(["one", "two", "three", "four"]);
	});

	it("cuts a line that does not end.", async () => {
		const { path, log, lines } = await opened();
		await appendFile(path, "x".repeat(450_000));
		await log.close();
		expect(lines.map((line) => line.length)).to.deep.equal([200_000, 200_000, 50_000]);
	});

	it("is the written text, however the bytes came.", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(
					fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\n")),
					{ maxLength: 6 },
				),
				fc.array(fc.nat(40), { maxLength: 8 }),
				async (written, cuts) => {
					const { path, log, lines } = await opened();
					const bytes = Buffer.from(written.map((line) => `${line}\n`).join(""));
					const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b);
					for (const [i, from] of at.entries()) {
						await appendFile(path, bytes.subarray(from, at[i + 1] ?? from));
						await log.flush();
					}
					await log.close();
					expect(lines).to.deep.equal(written);
				},
			),
			{ numRuns: 30 },
		);
	});
});
