import { expect } from "chai";
import type { ManifestLine } from "../../../charter/batch-messages.ts";
import { chunkName, manifestKey, outputPrefix, summaryKey } from "../../../charter/windows.ts";
import { commit } from "../../../functions/batch-commit/commit.ts";
import { writeManifest } from "../../../functions/shared/batch/manifest.ts";
import {
	chunkOf,
	MemoryObjects,
	MemoryOffsets,
	MODEL,
	planned,
	rejection,
	WINDOW,
} from "../../support/functions-batch.ts";

const DAY_SECONDS = 24 * 60 * 60;
const chunks = (count: number): ManifestLine[] =>
	Array.from({ length: count }, (_, i) =>
		chunkOf(`input/${MODEL}/2026-11-22/${i}.jsonl`, "row\nrow\n", {
			chunk: chunkName(i + 1),
			checksum: String(i).repeat(64).slice(0, 64),
		}),
	);

/** A window of so many chunks, of which the first ones have an output. */
async function fixture(options: { count?: number; done?: number; tolerated?: number; offsets?: MemoryOffsets } = {}) {
	const { count = 4, done = count, tolerated = 0, offsets = new MemoryOffsets() } = options;
	const objects = new MemoryObjects();
	const lines = chunks(count);
	await objects.write(manifestKey(WINDOW), writeManifest(lines));
	for (const { output, checksum } of lines.slice(0, done)) await objects.write(output, Buffer.from("scored"), checksum);
	objects.calls.length = 0;
	const ports = { windowSeconds: DAY_SECONDS, toleratedFailurePct: tolerated, objects, offsets };
	return { objects, offsets, lines, ports };
}
const at = (committedUntil: string, revision = 1) => new MemoryOffsets({ committedUntil, revision });

describe("functions/batch-commit/commit", () => {
	it("writes what is in the window, and moves the offset last", async () => {
		const { objects, offsets, ports } = await fixture({ count: 2 });
		let hadSummary = false;
		offsets.meanwhile = () => {
			hadSummary = objects.text(summaryKey(WINDOW)) !== undefined;
		};
		expect(await commit(ports, planned())).to.deep.equal({
			chunks: 2,
			failedChunks: 0,
			hasMoved: true,
			isNextDue: false,
		});
		expect(hadSummary).to.equal(true);
		expect(offsets.record).to.deep.equal({ committedUntil: WINDOW.end, revision: 1 });
		expect(JSON.parse(objects.text(summaryKey(WINDOW)) ?? "")).to.deep.equal({
			...WINDOW,
			version: 3,
			artifactSha256: "a".repeat(64),
			chunks: 2,
			rows: 4,
			outputs: [
				{ key: `${outputPrefix(WINDOW)}chunk-00001.jsonl`, rows: 2, checksum: "0".repeat(64) },
				{ key: `${outputPrefix(WINDOW)}chunk-00002.jsonl`, rows: 2, checksum: "1".repeat(64) },
			],
			failed: [],
		});
	});

	it("has the same effect the second time, to the byte", async () => {
		const { objects, offsets, ports } = await fixture();
		await commit(ports, planned());
		const [summary, record] = [objects.text(summaryKey(WINDOW)), offsets.record];
		expect(await commit(ports, planned({ execution: "run-2", startedAt: "2026-11-23T09:00:00Z" }))).to.include({
			hasMoved: true,
		});
		expect([objects.text(summaryKey(WINDOW)), offsets.record]).to.deep.equal([summary, record]);
	});

	it("tolerates failed chunks up to the settings' share, and names them", async () => {
		const { objects, ports } = await fixture({ count: 4, done: 3, tolerated: 25 });
		expect(await commit(ports, planned())).to.include({ chunks: 4, failedChunks: 1, hasMoved: true });
		const summary = JSON.parse(objects.text(summaryKey(WINDOW)) ?? "");
		expect([summary.rows, summary.failed]).to.deep.equal([
			6,
			[{ chunk: "chunk-00004", input: `input/${MODEL}/2026-11-22/3.jsonl`, firstLine: 1, rows: 2 }],
		]);
	});

	it("commits nothing of a window with more failed chunks than that", async () => {
		const { objects, offsets, ports } = await fixture({ count: 9, done: 5, tolerated: 44 });
		expect(await rejection(commit(ports, planned()))).to.deep.equal({
			name: "WindowFailedError",
			message: `4 of 9 chunks of "${MODEL}" from 2026-11-22T00:00:00Z to 2026-11-23T00:00:00Z have no output, over the 44 % that batch.toleratedFailurePct allows: chunk-00006 (input/${MODEL}/2026-11-22/5.jsonl, line 1), chunk-00007 (input/${MODEL}/2026-11-22/6.jsonl, line 1), chunk-00008 (input/${MODEL}/2026-11-22/7.jsonl, line 1) and 1 more. The score function's log says why of each. Correct the cause and start the window again: what is done stays.`,
		});
		expect([objects.calls.filter((call) => !call.startsWith("read")), offsets.record]).to.deep.equal([[], undefined]);
	});

	it("does not take an output of other rows or another version for this one's", async () => {
		const { objects, lines, ports } = await fixture();
		await objects.write(lines[0]?.output ?? "", Buffer.from("old"), "f".repeat(64));
		expect((await rejection(commit(ports, planned()))).message).to.contain("1 of 4 chunks");
	});

	it("removes what an earlier run left that this one does not say, and nothing of other windows", async () => {
		const { objects, lines, ports } = await fixture({ count: 3, done: 2, tolerated: 50 });
		const stale = [`${outputPrefix(WINDOW)}chunk-00009.jsonl`, lines[2]?.output ?? ""];
		for (const key of stale) objects.put(key, "stale");
		const other = `output/${MODEL}/2026-11-21T00-00-00Z_2026-11-22T00-00-00Z/chunk-00009.jsonl`;
		objects.put(other, "other");
		await commit(ports, planned());
		expect(objects.calls.filter((call) => call.startsWith("remove"))).to.have.members(
			stale.map((key) => `remove ${key}`),
		);
		expect(objects.text(other)).to.equal("other");
	});

	it("commits a window without chunks", async () => {
		const { ports, offsets } = await fixture({ count: 0 });
		expect(await commit(ports, planned({ chunks: 0 }))).to.include({ chunks: 0, failedChunks: 0, hasMoved: true });
		expect(offsets.record?.committedUntil).to.equal(WINDOW.end);
	});

	it("leaves the offset where a backfill ends before it or begins after it", async () => {
		const behind = await fixture({ offsets: at("2026-11-25T00:00:00Z", 7) });
		expect(await commit(behind.ports, planned({ isDue: false }))).to.include({ hasMoved: false, isNextDue: false });
		expect(behind.offsets.record).to.deep.equal({ committedUntil: "2026-11-25T00:00:00Z", revision: 7 });
		const ahead = await fixture({ offsets: at("2026-11-20T00:00:00Z", 7) });
		expect(await commit(ahead.ports, planned({ isDue: false }))).to.include({ hasMoved: false });
		expect(ahead.offsets.record?.revision).to.equal(7);
	});

	it("moves the offset on by a window that reaches beyond it", async () => {
		const { ports, offsets } = await fixture({ offsets: at("2026-11-22T12:00:00Z", 7) });
		expect(await commit(ports, planned({ isDue: false }))).to.include({ hasMoved: true });
		expect(offsets.record).to.deep.equal({ committedUntil: WINDOW.end, revision: 8 });
	});

	it("never moves the offset back, where two executions end at once", async () => {
		const { ports, offsets } = await fixture({ offsets: at(WINDOW.start) });
		offsets.meanwhile = () => {
			offsets.record = { committedUntil: "2026-11-24T00:00:00Z", revision: 3 };
		};
		expect(await commit(ports, planned())).to.include({ hasMoved: false });
		expect(offsets.record).to.deep.equal({ committedUntil: "2026-11-24T00:00:00Z", revision: 3 });
	});

	it("says whether another window was due when the execution started", async () => {
		const late = planned({ startedAt: "2026-11-24T00:00:00Z" });
		const { ports } = await fixture({ offsets: at(WINDOW.start) });
		expect(await commit(ports, late)).to.include({ isNextDue: true });
		expect(await commit(ports, { ...late, isDue: false })).to.include({ isNextDue: false });
		const { ports: again } = await fixture({ offsets: at(WINDOW.start) });
		expect(await commit(again, planned({ startedAt: "2026-11-23T23:59:59Z" }))).to.include({ isNextDue: false });
	});
});
