/** Windows of batch models on the embedded AWS: due, again, stopped, resumed, partly failed, and scored by a container. */
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { StartExecutionCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { expect } from "chai";
import { entityKey } from "../../charter/tenancy.ts";
import { inputPrefix, outputsPrefix } from "../../charter/windows.ts";
import { bundle } from "../../components/parts/bundle.ts";
import { EMULATOR_CREDENTIALS } from "../../sandbox/emulator/emulator.ts";
import { type BatchCloud, BUCKET, FEATURES, LENIENT, STRICT, startBatchCloud } from "../support/cloud/batch-windows.ts";

const RELATIVE_TOLERANCE = 1e-5;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Instants as windows are named by them. */
const instant = (ms: number): string => new Date(ms).toISOString().replace(".000", "");
const chunksOf = (outputs: ReadonlyMap<string, string> = new Map()) =>
	[...outputs].filter(([name]) => name.startsWith("chunk-"));
const linesOf = (outputs: ReadonlyMap<string, string>) =>
	chunksOf(outputs).flatMap(([, text]) =>
		text
			.split("\n")
			.slice(0, -1)
			.map((line) => JSON.parse(line)),
	);

describe("Batch windows on the embedded AWS", () => {
	const scope = new AsyncDisposableStack();
	let batch: BatchCloud;
	before(async () => {
		batch = await startBatchCloud(scope);
	});
	after(() => scope.disposeAsync());

	it("scores the window that is due as the trainer does, row by row, and commits it", async () => {
		const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
		const yesterday = instant(today - DAY_MS);
		await batch.put(STRICT, yesterday, "patients", batch.rows);
		const { status, window, cause } = await batch.run(STRICT);
		expect(status, cause).to.equal("SUCCEEDED");
		expect(window).to.deep.equal({
			start: yesterday,
			end: instant(today),
			version: 1,
			rows: 89,
			chunks: 5,
			failedChunks: 0,
			scoredChunks: 5,
			isOffsetMoved: true,
		});
		const scored = linesOf(await batch.outputs(STRICT, window?.start ?? ""));
		expect(scored.map(({ id }) => id)).to.deep.equal(batch.rows.map(({ id }) => id));
		for (const [i, { outputs }] of scored.entries()) {
			const expected = batch.trained[i] ?? Number.NaN;
			expect(Math.abs(outputs.prediction[0] - expected) / Math.abs(expected)).to.be.at.most(RELATIVE_TOLERANCE);
		}
		expect(await batch.committedUntil(STRICT)).to.equal(window?.end);
		expect(await batch.run(STRICT))
			.to.include({ status: "SUCCEEDED" })
			.and.not.to.have.property("window");
	});

	it("gives a window that is run twice the same bytes, whether it is known or scored anew", async () => {
		const start = "2026-03-01T00:00:00Z";
		await batch.put(STRICT, "2026-03-01", "patients", batch.rows);
		const first = await batch.run(STRICT, { start });
		expect(first.window, first.cause).to.include({ chunks: 5, scoredChunks: 5 });
		const bytes = await batch.outputs(STRICT, start);
		expect([...bytes.keys()]).to.deep.equal(
			["_SUCCESS.json", 1, 2, 3, 4, 5].map((n) => (n === "_SUCCESS.json" ? n : `chunk-0000${n}.jsonl`)),
		);
		expect((await batch.run(STRICT, { start })).window).to.include({ chunks: 5, scoredChunks: 0 });
		expect(await batch.outputs(STRICT, start)).to.deep.equal(bytes);
		// Overwritten by someone: it has no checksum of ours, so it is scored again, and the same.
		const [key] = [...bytes.keys()].filter((name) => name.startsWith("chunk-"));
		await batch.putText(`${outputsPrefix(STRICT)}2026-03-01T00-00-00Z_2026-03-02T00-00-00Z/${key}`, "spoiled");
		expect((await batch.run(STRICT, { start })).window).to.include({ scoredChunks: 1 });
		expect(await batch.outputs(STRICT, start)).to.deep.equal(bytes);
	});

	it("does not move the offset by a backfill of what is committed", async () => {
		const before = await batch.committedUntil(STRICT);
		await batch.put(STRICT, "2026-03-05", "patients", batch.rows.slice(0, 3));
		expect((await batch.run(STRICT, { start: "2026-03-05", end: "2026-03-05T12:00:00Z" })).window).to.include({
			end: "2026-03-05T12:00:00Z",
			rows: 3,
			isOffsetMoved: false,
		});
		expect(await batch.committedUntil(STRICT)).to.equal(before);
	});

	it("resumes a window whose chunks failed half-way, with the bytes of a run that did not", async () => {
		await batch.put(STRICT, "2026-04-01", "patients", batch.rows);
		await batch.run(STRICT, { start: "2026-04-01" });
		await batch.put(STRICT, "2026-04-02", "a", batch.rows.slice(0, 40));
		const bad = `${inputPrefix(STRICT)}2026-04-02/b.jsonl`;
		await batch.putText(bad, '{"id":"patient-0041","inputs":{"features":[1]}}\n');
		const failed = await batch.run(STRICT, { start: "2026-04-02" });
		expect(failed).to.include({ status: "FAILED", error: "States.ExceedToleratedFailureThreshold" });
		expect(await batch.committedUntil(STRICT)).not.to.equal("2026-04-03T00:00:00Z");
		const halfWay = await batch.outputs(STRICT, "2026-04-02");
		expect([...halfWay.keys()]).to.deep.equal(["chunk-00001.jsonl", "chunk-00002.jsonl"]);
		await batch.put(STRICT, "2026-04-02", "b", batch.rows.slice(40));
		const resumed = await batch.run(STRICT, { start: "2026-04-02" });
		expect(resumed.window, resumed.cause).to.include({ chunks: 5, scoredChunks: 3, failedChunks: 0 });
		const [whole, pieced] = await Promise.all(["2026-04-01", "2026-04-02"].map((day) => batch.outputs(STRICT, day)));
		expect(chunksOf(pieced)).to.deep.equal(chunksOf(whole));
	});

	it("resumes a window whose execution was stopped, and gives the bytes of one that was not", async () => {
		const { sfn } = batch.cloud.context.clients;
		const many = Array.from({ length: 30 }, (_, copy) =>
			batch.rows.map(({ id, inputs }) => ({ id: `${id}-${copy}`, inputs })),
		).flat();
		for (const day of ["2026-05-01", "2026-05-02"]) await batch.put(STRICT, day, "patients", many);
		const quiet = await batch.run(STRICT, { start: "2026-05-01" });
		expect(quiet.window, quiet.cause).to.include({ chunks: 134, scoredChunks: 134 });
		const { executionArn } = await sfn.send(
			new StartExecutionCommand({ stateMachineArn: batch.workflow(STRICT), input: '{"start":"2026-05-02"}' }),
		);
		while ((await batch.outputs(STRICT, "2026-05-02")).size < 20) await sleep(100);
		await sfn.send(new StopExecutionCommand({ executionArn, cause: "killed half-way" }));
		expect((await batch.outputs(STRICT, "2026-05-02")).has("_SUCCESS.json")).to.equal(false);
		const resumed = await batch.run(STRICT, { start: "2026-05-02" });
		expect(resumed.status, resumed.cause).to.equal("SUCCEEDED");
		expect(resumed.window?.scoredChunks).to.be.greaterThan(0).and.lessThan(134);
		const [whole, pieced] = await Promise.all(["2026-05-01", "2026-05-02"].map((day) => batch.outputs(STRICT, day)));
		pieced?.delete("_SUCCESS.json");
		whole?.delete("_SUCCESS.json");
		expect(pieced).to.deep.equal(whole);
	});

	it("tries a chunk again after a fault that passes", async () => {
		// The first that this model is asked for: nothing of it is in memory yet.
		const giveBack = await batch.withhold(LENIENT);
		await batch.put(LENIENT, "2026-05-31", "a", batch.rows.slice(0, 2));
		const running = batch.run(LENIENT, { start: "2026-05-31" });
		while (!(await batch.scoreLog(LENIENT)).includes("cannot be read now")) await sleep(100);
		await giveBack();
		const { status, window, cause } = await running;
		expect(status, cause).to.equal("SUCCEEDED");
		expect(window).to.include({ chunks: 1, scoredChunks: 1, failedChunks: 0 });
	});

	it("tolerates the share of failed chunks that the settings allow, names them, and writes features of the others", async () => {
		await batch.put(LENIENT, "2026-06-01", "a", batch.rows.slice(0, 40));
		await batch.putText(`${inputPrefix(LENIENT)}2026-06-01/b.jsonl`, "no row\n");
		const { status, window, cause } = await batch.run(LENIENT, { start: "2026-06-01" });
		expect(status, cause).to.equal("SUCCEEDED");
		expect(window).to.include({ chunks: 3, failedChunks: 1, scoredChunks: 2, isOffsetMoved: true });
		const outputs = await batch.outputs(LENIENT, "2026-06-01");
		expect(JSON.parse(outputs.get("_SUCCESS.json") ?? "")).to.deep.include({
			rows: 40,
			failed: [{ chunk: "chunk-00003", input: `${inputPrefix(LENIENT)}2026-06-01/b.jsonl`, firstLine: 1, rows: 1 }],
		});
		const { dynamodb } = batch.cloud.context.clients;
		const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: FEATURES }));
		const [first] = linesOf(outputs);
		expect(Items).to.have.length(40);
		const written = Items.find(({ pk }) => pk?.S === entityKey(LENIENT, first.id));
		expect(Number(written?.values?.M?.prediction?.N)).to.equal(first.outputs.prediction[0]);
	});

	it("never overwrites a later window's features by those of an earlier one", async () => {
		const { dynamodb } = batch.cloud.context.clients;
		const [patient] = batch.rows;
		const pk = { S: entityKey(LENIENT, patient?.id ?? "") };
		const read = async () => (await dynamodb.send(new GetItemCommand({ TableName: FEATURES, Key: { pk } }))).Item;
		const before = await read();
		await batch.put(LENIENT, "2026-05-20", "a", [
			{ id: patient?.id ?? "", inputs: { features: batch.rows[1]?.inputs.features } },
		]);
		expect((await batch.run(LENIENT, { start: "2026-05-20" })).status).to.equal("SUCCEEDED");
		expect(await read()).to.deep.equal(before);
	});

	it("fails a window of which more chunks fail, and commits nothing of it", async () => {
		const before = await batch.committedUntil(LENIENT);
		await batch.put(LENIENT, "2026-06-02", "a", batch.rows.slice(0, 20));
		await batch.putText(`${inputPrefix(LENIENT)}2026-06-02/b.jsonl`, "no row\n");
		const ended = await batch.run(LENIENT, { start: "2026-06-02" });
		expect(ended).to.include({ status: "FAILED", error: "States.ExceedToleratedFailureThreshold" });
		expect([
			await batch.committedUntil(LENIENT),
			(await batch.outputs(LENIENT, "2026-06-02")).has("_SUCCESS.json"),
		]).to.deep.equal([before, false]);
	});

	it("says why a window cannot be planned", async () => {
		const empty = await batch.run(STRICT, { start: "2026-07-01" });
		expect(empty).to.include({ status: "FAILED", error: "BatchInputError" });
		expect(empty.cause).to.contain("has no inputs under input/disease-progress/2026-07-01/");
		const future = await batch.run(STRICT, { start: "2126-01-01" });
		expect(future).to.include({ status: "FAILED", error: "BatchRequestError" });
	});

	it("scores all windows that were missed by one start", async () => {
		const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
		const days = [3, 2, 1].map((ago) => instant(today - ago * DAY_MS));
		for (const day of days) await batch.put(LENIENT, day, "a", batch.rows.slice(0, 2));
		await batch.commitUntil(LENIENT, days[0] ?? "");
		expect((await batch.run(LENIENT)).status).to.equal("SUCCEEDED");
		expect(await batch.committedUntil(LENIENT)).to.equal(instant(today));
		for (const day of days)
			expect((await batch.outputs(LENIENT, day.slice(0, 10))).has("_SUCCESS.json")).to.equal(true);
	});

	it("scores a chunk by the container's process, and tells by its exit code whether it could", async () => {
		const main = join(batch.cloud.runDir, "score.mjs");
		await writeFile(main, bundle(join(import.meta.dirname, "../../functions/batch-score/main.ts")));
		await batch.put(STRICT, "2026-08-01", "patients", batch.rows);
		const { window } = await batch.run(STRICT, { start: "2026-08-01" });
		const bytes = await batch.outputs(STRICT, window?.start ?? "");
		const manifest = `windows/${STRICT}/2026-08-01T00-00-00Z_2026-08-02T00-00-00Z/manifest.jsonl`;
		const [line = ""] = (await batch.text(manifest)).split("\n");
		const chunk = JSON.parse(line);
		await batch.putText(chunk.output, "spoiled");
		const request = {
			model: STRICT,
			start: window?.start,
			end: window?.end,
			execution: "by-hand",
			traceparent: "",
			version: 1,
			chunk,
		};
		const started = (scoreRequest: string) =>
			spawnSync(process.execPath, [main], {
				encoding: "utf8",
				env: {
					NODE_PATH: join(import.meta.dirname, "../../node_modules"),
					AWS_ENDPOINT_URL: batch.cloud.emulator.url,
					AWS_REGION: batch.cloud.emulator.region,
					AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
					AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
					OTEL_SERVICE_NAME: "score",
					TRIPLANE_ENVIRONMENT: "test",
					TRIPLANE_TEAM: "diagnostics",
					TRIPLANE_FEATURE: "screening",
					TRIPLANE_SLO: '{"p95Ms":1000}',
					TRIPLANE_MEMORY_MB: "4096",
					TRIPLANE_CPU_UNITS: "1024",
					TRIPLANE_REGISTRY_TABLE: "registry-table",
					TRIPLANE_ARTIFACT_BUCKET: "artifacts-bucket",
					TRIPLANE_BATCH_BUCKET: BUCKET,
					TRIPLANE_SCORE_REQUEST: scoreRequest,
				},
			});
		const done = started(JSON.stringify(request));
		expect(done.status, done.stderr).to.equal(0);
		expect(await batch.outputs(STRICT, window?.start ?? "")).to.deep.equal(bytes);
		const refused = started(JSON.stringify({ ...request, version: 7 }));
		expect(refused.status).to.equal(1);
		expect(refused.stderr).to.contain('The model "disease-progress" has no version 7.');
		expect(started("{").status).to.equal(1);
	});
});
