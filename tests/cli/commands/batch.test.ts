import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { batchRun, wordsOf } from "../../../cli/commands/batch.ts";
import type { WindowRun } from "../../../cli/platform/batch.ts";
import { rejection } from "../../support/functions-batch.ts";

const execution = "arn:aws:states:eu-west-1:123456789012:execution:triplane-dev-nightly-batch:run";
const window = {
	start: "2026-11-22T00:00:00Z",
	end: "2026-11-23T00:00:00Z",
	version: 3,
	rows: 89,
	chunks: 5,
	failedChunks: 0,
	scoredChunks: 5,
	isOffsetMoved: true,
};
const words = (run: Partial<WindowRun>) =>
	wordsOf("nightly", "data", { execution, status: "SUCCEEDED", seconds: 1, ...run });

describe("triplane batch run", () => {
	let folder: string;
	before(async () => {
		folder = await mkdtemp(join(tmpdir(), "triplane-batch-command-"));
	});
	after(() => rm(folder, { recursive: true }));

	/** A stack with one batch model, by its outputs' file. */
	async function outputsFile(): Promise<string> {
		const file = join(folder, "outputs.json");
		const names = ["registryTable", "artifactBucket", "featureTable", "tenantTable", "registerFunction"];
		const outputs = {
			...Object.fromEntries(names.map((name) => [name, name])),
			url: "https://api.execute-api.eu-west-1.amazonaws.com/dev",
			models: [{ name: "nightly", serve: "batch" }],
			batchModels: [{ name: "nightly", stateMachine: "arn", dataBucket: "data", offsetsTable: "offsets" }],
			queuedModels: [],
			tenants: [],
		};
		await writeFile(file, JSON.stringify(outputs));
		return file;
	}

	it("tells what a window came to", () => {
		expect(words({ window })).to.equal(
			"nightly from 2026-11-22T00:00:00Z to 2026-11-23T00:00:00Z: 89 rows by version 3, 5 chunks (5 scored) in data",
		);
		expect(words({ window: { ...window, scoredChunks: 1, failedChunks: 1 } })).to.contain(
			"5 chunks (1 scored, 3 known from before, 1 failed) in data",
		);
		expect(words({})).to.equal("No window of nightly is due.");
	});

	it("tells why a window failed, and where to look", () => {
		expect(words({ status: "FAILED", error: "BatchInputError", cause: "The window has no inputs." })).to.equal(
			`nightly FAILED: BatchInputError: The window has no inputs.\n${execution}`,
		);
		expect(words({ status: "ABORTED" })).to.equal(`nightly ABORTED\n${execution}`);
	});

	it("refuses a time that is none, and an end alone, before it asks anybody", async () => {
		expect((await rejection(batchRun(folder, "nightly", { start: "yesterday" }))).message).to.equal(
			'--start "yesterday" is no time in UTC. Write it as in 2026-11-23 or 2026-11-23T06:00:00Z.',
		);
		expect((await rejection(batchRun(folder, "nightly", { end: "2026-11-23" }))).message).to.equal(
			"--end needs --start: name the window's start too.",
		);
	});

	it("names the batch models that there are", async () => {
		const outputs = await outputsFile();
		expect((await rejection(batchRun(folder, "tumour-risk", { outputs }))).message).to.equal(
			'The stack has no batch model "tumour-risk", only nightly. Declare it in triplane:models with serve: batch, and run `pulumi up`.',
		);
	});
});
