/** Windows of batch models on the embedded AWS: the component's own functions, roles and workflow, and a trained model. */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GetItemCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { StartExecutionCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { batchModels } from "../../charter/batch.ts";
import { TrainingManifest } from "../../charter/messages.ts";
import { aliasKey, artifactKey, modelKey, versionKey } from "../../charter/registry.ts";
import { entityKey } from "../../charter/tenancy.ts";
import { inputPrefix, outputsPrefix } from "../../charter/windows.ts";
import { type BatchRow, runWindow, writeBatchInput } from "../../cli/platform/batch.ts";
import { ArtifactStore } from "../../components/parts/artifact-store.ts";
import { BatchPipeline } from "../../components/parts/batch-pipeline.ts";
import { BatchStore } from "../../components/parts/batch-store.ts";
import { bundle } from "../../components/parts/bundle.ts";
import { OnDemandTable } from "../../components/parts/on-demand-table.ts";
import { onnxRuntimeLayerVersion } from "../../components/parts/onnx-runtime-layer.ts";
import { EMULATOR_CREDENTIALS } from "../../sandbox/emulator/emulator.ts";
import { type Deployed, deployed } from "../support/cloud/from-mocks.ts";
import { startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";
import { settingsWith, TAGS } from "../support/components.ts";
import { readHeldout, trainerAnswers } from "../support/samples/heldout.ts";
import { train } from "../support/samples/trainer.ts";
import { rawModel } from "../support/settings.ts";

const STRICT = "disease-progress";
/** Tolerates a third of its chunks, and writes features. */
const LENIENT = "disease-lenient";
const BUCKET = "batch-data-bucket";
const RELATIVE_TOLERANCE = 1e-5;
const DAY_MS = 24 * 60 * 60 * 1000;
const CHUNK_ROWS = 20;

const { budget: _, ...bare } = rawModel();
const rawBatch = (name: string, batch: object) => ({
	...bare,
	name,
	serve: "batch",
	schedule: "rate(1 day)",
	batch: { chunkRows: CHUNK_ROWS, maxConcurrency: 2, ...batch },
});

/** Both pipelines on one store, as a stack has them. */
function program(): void {
	const raw = [rawBatch(STRICT, {}), rawBatch(LENIENT, { toleratedFailurePct: 34, writesFeatures: true })];
	const settings = settingsWith({
		models: [rawModel(), ...raw],
		architecture: process.arch === "x64" ? "x86_64" : "arm64",
	});
	const table = (name: string, hasSortKey: boolean) =>
		new OnDemandTable(name, { hasSortKey, isRecoverable: false, tags: TAGS });
	const shared = {
		settings,
		store: new BatchStore("batch", { tags: TAGS }),
		registry: table("registry", true),
		artifacts: new ArtifactStore("artifacts", { tags: TAGS }),
		features: table("features", false),
		runtimeLayer: onnxRuntimeLayerVersion("onnx-runtime", settings.architecture, {}),
	};
	for (const model of batchModels(settings)) new BatchPipeline(model.name, { ...shared, model });
}

describe("Batch windows on the embedded AWS", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	let made: Deployed;
	let rows: BatchRow[];
	let trained: number[];

	before(async () => {
		const run = await mkdtemp(join(tmpdir(), "triplane-batch-"));
		scope.defer(() => rm(run, { recursive: true, force: true }));
		const { status, stderr } = train("--model", STRICT, "--output", run);
		expect(status, stderr).to.equal(0);
		const heldout = readHeldout(run);
		rows = heldout.rows.map(({ id, features }) => ({ id, inputs: { features } }));
		trained = trainerAnswers(heldout, "prediction");
		cloud = await startTestCloud(scope);
		made = await deployed(cloud, program);
		for (const model of [STRICT, LENIENT]) await register(model, run);
	});
	after(() => scope.disposeAsync());

	const aws = () => ({
		endpoint: cloud.emulator.url,
		region: cloud.emulator.region,
		credentials: EMULATOR_CREDENTIALS,
	});
	const machine = (model: string) => made.get(`${model}-batch`)?.id ?? "";
	const run = (model: string, request: { start?: string; end?: string } = {}) =>
		runWindow(aws(), machine(model), request);

	/** As the register function leaves it. */
	async function register(model: string, folder: string): Promise<void> {
		const { s3, dynamodb } = cloud.context.clients;
		const manifest = TrainingManifest.parse(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")));
		const { sha256, bytes } = manifest.artifact;
		const Key = artifactKey(model, sha256);
		await s3.send(
			new PutObjectCommand({ Bucket: "artifacts-bucket", Key, Body: await readFile(join(folder, "model.onnx")) }),
		);
		const { signature, metrics, lineage } = manifest;
		const pk = modelKey(model);
		for (const item of [
			{
				pk,
				sk: versionKey(1),
				model,
				version: 1,
				artifactKey: Key,
				sha256,
				bytes,
				signature,
				metrics,
				lineage,
				registeredAt: "",
			},
			{ pk, sk: aliasKey("champion"), version: 1 },
		])
			await dynamodb.send(
				new PutItemCommand({ TableName: "registry-table", Item: marshall(item, { removeUndefinedValues: true }) }),
			);
	}

	const put = (model: string, day: string, name: string, some: readonly BatchRow[]) =>
		writeBatchInput(aws(), BUCKET, { model, atMs: Date.parse(day), name, rows: some });
	const putText = (key: string, Body: string) =>
		cloud.context.clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body }));

	/** Objects of a model's outputs by key, with their bytes. */
	async function outputsOf(model: string, start: string): Promise<Map<string, string>> {
		const Prefix = `${outputsPrefix(model)}${start.replaceAll(":", "-")}`;
		const { Contents = [] } = await cloud.context.clients.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
		const entries = Contents.map(async ({ Key = "" }): Promise<[string, string]> => {
			const { Body } = await cloud.context.clients.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
			return [Key.slice(Key.lastIndexOf("/") + 1), (await Body?.transformToString()) ?? ""];
		});
		return new Map(await Promise.all(entries));
	}

	async function offsetOf(model: string): Promise<string | undefined> {
		const Key = { pk: { S: modelKey(model) } };
		const { Item } = await cloud.context.clients.dynamodb.send(
			new GetItemCommand({ TableName: "batch-offsets-table", Key }),
		);
		return Item?.committedUntil?.S;
	}

	const linesOf = (outputs: ReadonlyMap<string, string>) =>
		[...outputs]
			.filter(([name]) => name.startsWith("chunk-"))
			.flatMap(([, text]) =>
				text
					.split("\n")
					.slice(0, -1)
					.map((line) => JSON.parse(line)),
			);

	it("scores the window that is due as the trainer does, row by row, and commits it", async () => {
		const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
		const yesterday = new Date(today - DAY_MS).toISOString();
		await put(STRICT, yesterday, "patients", rows);
		const { status, window, cause } = await run(STRICT);
		expect(status, cause).to.equal("SUCCEEDED");
		expect(window).to.deep.equal({
			start: yesterday.replace(".000", ""),
			end: new Date(today).toISOString().replace(".000", ""),
			version: 1,
			rows: 89,
			chunks: 5,
			failedChunks: 0,
			scoredChunks: 5,
			isOffsetMoved: true,
		});
		const scored = linesOf(await outputsOf(STRICT, window?.start ?? ""));
		expect(scored.map(({ id }) => id)).to.deep.equal(rows.map(({ id }) => id));
		for (const [i, { outputs }] of scored.entries()) {
			const expected = trained[i] ?? Number.NaN;
			expect(Math.abs(outputs.prediction[0] - expected) / Math.abs(expected)).to.be.at.most(RELATIVE_TOLERANCE);
		}
		expect(await offsetOf(STRICT)).to.equal(window?.end);
		expect(await run(STRICT))
			.to.include({ status: "SUCCEEDED" })
			.and.not.to.have.property("window");
	});

	it("gives a window that is run twice the same bytes, whether it is known or scored anew", async () => {
		const start = "2026-03-01T00:00:00Z";
		await put(STRICT, "2026-03-01", "patients", rows);
		const first = await run(STRICT, { start });
		expect(first.window, first.cause).to.include({ chunks: 5, scoredChunks: 5 });
		const bytes = await outputsOf(STRICT, start);
		expect([...bytes.keys()]).to.deep.equal(
			["_SUCCESS.json", 1, 2, 3, 4, 5].map((n) => (n === "_SUCCESS.json" ? n : `chunk-0000${n}.jsonl`)),
		);
		expect((await run(STRICT, { start })).window).to.include({ chunks: 5, scoredChunks: 0 });
		expect(await outputsOf(STRICT, start)).to.deep.equal(bytes);
		// Overwritten by someone: it has no checksum of ours, so it is scored again, and the same.
		const [key] = [...bytes.keys()].filter((name) => name.startsWith("chunk-"));
		await putText(`${outputsPrefix(STRICT)}2026-03-01T00-00-00Z_2026-03-02T00-00-00Z/${key}`, "spoiled");
		expect((await run(STRICT, { start })).window).to.include({ scoredChunks: 1 });
		expect(await outputsOf(STRICT, start)).to.deep.equal(bytes);
	});

	it("does not move the offset by a backfill of what is committed", async () => {
		const before = await offsetOf(STRICT);
		await put(STRICT, "2026-03-05", "patients", rows.slice(0, 3));
		expect((await run(STRICT, { start: "2026-03-05", end: "2026-03-05T12:00:00Z" })).window).to.include({
			end: "2026-03-05T12:00:00Z",
			rows: 3,
			isOffsetMoved: false,
		});
		expect(await offsetOf(STRICT)).to.equal(before);
	});

	it("resumes a window whose chunks failed half-way, with the bytes of a run that did not", async () => {
		await put(STRICT, "2026-04-01", "patients", rows);
		await run(STRICT, { start: "2026-04-01" });
		await put(STRICT, "2026-04-02", "a", rows.slice(0, 40));
		const bad = `${inputPrefix(STRICT)}2026-04-02/b.jsonl`;
		await putText(bad, '{"id":"patient-0041","inputs":{"features":[1]}}\n');
		const failed = await run(STRICT, { start: "2026-04-02" });
		expect(failed).to.include({ status: "FAILED", error: "States.ExceedToleratedFailureThreshold" });
		expect(await offsetOf(STRICT)).not.to.equal("2026-04-03T00:00:00Z");
		const halfWay = await outputsOf(STRICT, "2026-04-02");
		expect([...halfWay.keys()]).to.deep.equal(["chunk-00001.jsonl", "chunk-00002.jsonl"]);
		await put(STRICT, "2026-04-02", "b", rows.slice(40));
		const resumed = await run(STRICT, { start: "2026-04-02" });
		expect(resumed.window, resumed.cause).to.include({ chunks: 5, scoredChunks: 3, failedChunks: 0 });
		const [whole, pieced] = await Promise.all(["2026-04-01", "2026-04-02"].map((day) => outputsOf(STRICT, day)));
		const chunksOnly = (outputs: ReadonlyMap<string, string> = new Map()) =>
			[...outputs].filter(([name]) => name.startsWith("chunk-"));
		expect(chunksOnly(pieced)).to.deep.equal(chunksOnly(whole));
	});

	it("resumes a window whose execution was stopped, and gives the bytes of one that was not", async () => {
		const { sfn } = cloud.context.clients;
		const many = Array.from({ length: 30 }, (_, copy) =>
			rows.map(({ id, inputs }) => ({ id: `${id}-${copy}`, inputs })),
		).flat();
		for (const day of ["2026-05-01", "2026-05-02"]) await put(STRICT, day, "patients", many);
		const quiet = await run(STRICT, { start: "2026-05-01" });
		expect(quiet.window, quiet.cause).to.include({ chunks: 134, scoredChunks: 134 });
		const { executionArn } = await sfn.send(
			new StartExecutionCommand({ stateMachineArn: machine(STRICT), input: '{"start":"2026-05-02"}' }),
		);
		while ((await outputsOf(STRICT, "2026-05-02")).size < 20) await sleep(100);
		await sfn.send(new StopExecutionCommand({ executionArn, cause: "killed half-way" }));
		expect((await outputsOf(STRICT, "2026-05-02")).has("_SUCCESS.json")).to.equal(false);
		const resumed = await run(STRICT, { start: "2026-05-02" });
		expect(resumed.status, resumed.cause).to.equal("SUCCEEDED");
		expect(resumed.window?.scoredChunks).to.be.greaterThan(0).and.lessThan(134);
		const [whole, pieced] = await Promise.all(["2026-05-01", "2026-05-02"].map((day) => outputsOf(STRICT, day)));
		pieced?.delete("_SUCCESS.json");
		whole?.delete("_SUCCESS.json");
		expect(pieced).to.deep.equal(whole);
	});

	it("tolerates the share of failed chunks that the settings allow, names them, and writes features of the others", async () => {
		await put(LENIENT, "2026-06-01", "a", rows.slice(0, 40));
		await putText(`${inputPrefix(LENIENT)}2026-06-01/b.jsonl`, "no row\n");
		const { status, window, cause } = await run(LENIENT, { start: "2026-06-01" });
		expect(status, cause).to.equal("SUCCEEDED");
		expect(window).to.include({ chunks: 3, failedChunks: 1, scoredChunks: 2, isOffsetMoved: true });
		const outputs = await outputsOf(LENIENT, "2026-06-01");
		expect(JSON.parse(outputs.get("_SUCCESS.json") ?? "")).to.deep.include({
			rows: 40,
			failed: [{ chunk: "chunk-00003", input: `${inputPrefix(LENIENT)}2026-06-01/b.jsonl`, firstLine: 1, rows: 1 }],
		});
		const { dynamodb } = cloud.context.clients;
		const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: "features-table" }));
		const [first] = linesOf(outputs);
		expect(Items).to.have.length(40);
		const written = Items.find(({ pk }) => pk?.S === entityKey(LENIENT, first.id));
		expect(Number(written?.values?.M?.prediction?.N)).to.equal(first.outputs.prediction[0]);
	});

	it("never overwrites a later window's features by those of an earlier one", async () => {
		const { dynamodb } = cloud.context.clients;
		const [patient] = rows;
		const pk = { S: entityKey(LENIENT, patient?.id ?? "") };
		const read = async () =>
			(await dynamodb.send(new GetItemCommand({ TableName: "features-table", Key: { pk } }))).Item;
		const before = await read();
		await put(LENIENT, "2026-05-20", "a", [{ id: patient?.id ?? "", inputs: { features: rows[1]?.inputs.features } }]);
		expect((await run(LENIENT, { start: "2026-05-20" })).status).to.equal("SUCCEEDED");
		expect(await read()).to.deep.equal(before);
	});

	it("fails a window of which more chunks fail, and commits nothing of it", async () => {
		const before = await offsetOf(LENIENT);
		await put(LENIENT, "2026-06-02", "a", rows.slice(0, 20));
		await putText(`${inputPrefix(LENIENT)}2026-06-02/b.jsonl`, "no row\n");
		const ended = await run(LENIENT, { start: "2026-06-02" });
		expect(ended).to.include({ status: "FAILED", error: "States.ExceedToleratedFailureThreshold" });
		expect([await offsetOf(LENIENT), (await outputsOf(LENIENT, "2026-06-02")).has("_SUCCESS.json")]).to.deep.equal([
			before,
			false,
		]);
	});

	it("says why a window cannot be planned", async () => {
		const empty = await run(STRICT, { start: "2026-07-01" });
		expect(empty).to.include({ status: "FAILED", error: "BatchInputError" });
		expect(empty.cause).to.contain("has no inputs under input/disease-progress/2026-07-01/");
		const future = await run(STRICT, { start: "2126-01-01" });
		expect(future).to.include({ status: "FAILED", error: "BatchRequestError" });
	});

	it("scores all windows that were missed by one start", async () => {
		const { dynamodb } = cloud.context.clients;
		const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
		const days = [3, 2, 1].map((ago) => new Date(today - ago * DAY_MS).toISOString());
		for (const day of days) await put(LENIENT, day, "a", rows.slice(0, 2));
		const item = { pk: modelKey(LENIENT), committedUntil: days[0]?.replace(".000", ""), revision: 9 };
		await dynamodb.send(new PutItemCommand({ TableName: "batch-offsets-table", Item: marshall(item) }));
		expect((await run(LENIENT)).status).to.equal("SUCCEEDED");
		expect(await offsetOf(LENIENT)).to.equal(new Date(today).toISOString().replace(".000", ""));
		for (const day of days) expect((await outputsOf(LENIENT, day.slice(0, 10))).has("_SUCCESS.json")).to.equal(true);
	});

	it("scores a chunk by the container's process, and tells by its exit code whether it could", async () => {
		const main = join(cloud.runDir, "score.mjs");
		const { writeFile } = await import("node:fs/promises");
		await writeFile(main, bundle(join(import.meta.dirname, "../../functions/batch-score/main.ts")));
		await put(STRICT, "2026-08-01", "patients", rows);
		const { window } = await run(STRICT, { start: "2026-08-01" });
		const bytes = await outputsOf(STRICT, window?.start ?? "");
		const manifest = `windows/${STRICT}/2026-08-01T00-00-00Z_2026-08-02T00-00-00Z/manifest.jsonl`;
		const { Body } = await cloud.context.clients.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: manifest }));
		const [line = ""] = ((await Body?.transformToString()) ?? "").split("\n");
		const chunk = JSON.parse(line);
		await putText(chunk.output, "spoiled");
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
					AWS_ENDPOINT_URL: cloud.emulator.url,
					AWS_REGION: cloud.emulator.region,
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
		expect(await outputsOf(STRICT, window?.start ?? "")).to.deep.equal(bytes);
		const refused = started(JSON.stringify({ ...request, version: 7 }));
		expect(refused.status).to.equal(1);
		expect(refused.stderr).to.contain('The model "disease-progress" has no version 7.');
		expect(started("{").status).to.equal(1);
	});
});
