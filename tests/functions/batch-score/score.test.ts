import { expect } from "chai";
import type { Prediction } from "../../../functions/batch-score/predictions.ts";
import { type ScorePorts, score } from "../../../functions/batch-score/score.ts";
import type { ModelSession } from "../../../functions/shared/inference/ports.ts";
import {
	chunkOf,
	MemoryObjects,
	MODEL,
	rejection,
	rowLines,
	scoreRequest,
	version,
} from "../../support/functions-batch.ts";

const INPUT = `input/${MODEL}/2026-11-22/rows.jsonl`;

/** A model that adds a row's two features; tells how many rows each run had. */
function adding() {
	const runs: number[] = [];
	const session: ModelSession = {
		run: async ([features]) => {
			const rows = features?.shape[0] ?? 0;
			runs.push(rows);
			const data = Array.from<unknown, number>(features?.data ?? [], Number);
			const sums = Float32Array.from({ length: rows }, (_, row) => (data[2 * row] ?? 0) + (data[2 * row + 1] ?? 0));
			return [{ name: "prediction", datatype: "FP32", shape: [rows, 1], data: sums }];
		},
		release: async () => undefined,
	};
	return { runs, session };
}

function fixture(text: string, change: Partial<ScorePorts> = {}) {
	const objects = new MemoryObjects().put(INPUT, text);
	const { runs, session } = adding();
	const ports: ScorePorts = {
		objects,
		version: async () => version(),
		models: { use: (_, work) => work(session) },
		...change,
	};
	return { objects, runs, ports };
}

describe("functions/batch-score/score", () => {
	it("writes one line a row, in order, with the chunk's checksum", async () => {
		const text = rowLines(3);
		const { objects, ports } = fixture(text);
		const chunk = chunkOf(INPUT, text);
		expect(await score(ports, scoreRequest(chunk))).to.deep.equal({ rows: 3 });
		expect(objects.text(chunk.output)).to.equal(
			'{"id":"a0","outputs":{"prediction":[0]}}\n{"id":"a1","outputs":{"prediction":[1.5]}}\n{"id":"a2","outputs":{"prediction":[3]}}\n',
		);
		expect(objects.checksums.get(chunk.output)).to.equal(chunk.checksum);
		expect(objects.calls.filter((call) => call.startsWith("write"))).to.deep.equal([`write ${chunk.output}`]);
	});

	it("runs the model over 256 rows at a time, however the bytes come", async () => {
		const text = rowLines(600);
		const outputs = await Promise.all(
			[1, 13, 4096, 1 << 20].map(async (pieceBytes) => {
				const { objects, runs, ports } = fixture(text);
				objects.pieceBytes = pieceBytes;
				await score(ports, scoreRequest(chunkOf(INPUT, text)));
				expect(runs).to.deep.equal([256, 256, 88]);
				return objects.text(chunkOf(INPUT, text).output);
			}),
		);
		expect(new Set(outputs).size).to.equal(1);
	});

	it("reads its own part of the input alone", async () => {
		const [before, own, after] = [rowLines(2), rowLines(2, "own"), rowLines(2)];
		const { objects, ports } = fixture(before + own + after);
		const start = Buffer.byteLength(before);
		const chunk = chunkOf(INPUT, own, { startByte: start, endByte: start + Buffer.byteLength(own), firstLine: 3 });
		await score(ports, scoreRequest(chunk));
		expect(objects.text(chunk.output)?.match(/own\d/g)).to.deep.equal(["own0", "own1"]);
	});

	it("names the line of a bad row as it stands in the whole input, and writes nothing", async () => {
		const [before, own] = [rowLines(2), `${rowLines(1)}\n{"id":"b","inputs":{"features":[1]}}\n`];
		const { objects, ports } = fixture(before + own);
		const start = Buffer.byteLength(before);
		const chunk = chunkOf(INPUT, own, { startByte: start, endByte: start + Buffer.byteLength(own), firstLine: 3 });
		expect(await rejection(score(ports, scoreRequest(chunk)))).to.deep.equal({
			name: "BatchInputError",
			message: `"features" in line 5 of ${INPUT} has 1 values, but its shape [2] holds 2. Send as many as the shape says.`,
		});
		expect(objects.text(chunk.output)).to.equal(undefined);
	});

	it("does not score what was not planned", async () => {
		const chunk = chunkOf(INPUT, rowLines(2));
		const changed = fixture(rowLines(2).replace("a1", "z1"));
		expect(await rejection(score(changed.ports, scoreRequest(chunk)))).to.deep.equal({
			name: "BatchInputChangedError",
			message: `${INPUT} was changed after the window was planned. Start the window again.`,
		});
		const cutShort = fixture(rowLines(1));
		expect((await rejection(score(cutShort.ports, scoreRequest(chunk)))).name).to.equal("BatchInputChangedError");
		const garbled = fixture("x".repeat(chunk.endByte));
		expect((await rejection(score(garbled.ports, scoreRequest(chunk)))).name).to.equal("BatchInputChangedError");
		const gone = fixture("");
		gone.objects.contents.clear();
		expect((await rejection(score(gone.ports, scoreRequest(chunk)))).message).to.contain("was deleted after");
		for (const { objects } of [changed, cutShort, garbled, gone])
			expect(objects.text(chunk.output)).to.equal(undefined);
	});

	it("hands the feature table its predictions before the output says that all is done", async () => {
		const text = rowLines(2);
		const told: [string, string, readonly Prediction[]][] = [];
		const { objects, ports } = fixture(text);
		const chunk = chunkOf(INPUT, text);
		const features = {
			write: async (model: string, start: string, predictions: readonly Prediction[]) => {
				expect(objects.text(chunk.output)).to.equal(undefined);
				told.push([model, start, predictions]);
			},
		};
		await score({ ...ports, features }, scoreRequest(chunk));
		expect(told).to.deep.equal([
			[
				MODEL,
				"2026-11-22T00:00:00Z",
				[
					{ id: "a0", values: { prediction: 0 } },
					{ id: "a1", values: { prediction: 1.5 } },
				],
			],
		]);
		const failing = { write: async () => Promise.reject(new Error("the table is down")) };
		const second = fixture(text);
		expect((await rejection(score({ ...second.ports, features: failing }, scoreRequest(chunk)))).message).to.equal(
			"the table is down",
		);
		expect(second.objects.text(chunk.output)).to.equal(undefined);
	});
});
