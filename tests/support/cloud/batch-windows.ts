/**
 * Two batch pipelines on one embedded AWS, as a stack has them, each with a trained version registered; and what tests do to
 * their windows. The pipelines are the component's own: functions, roles and workflow.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { marshall } from "@aws-sdk/util-dynamodb";
import { batchModels } from "../../../charter/batch.ts";
import { TrainingManifest } from "../../../charter/messages.ts";
import { aliasKey, artifactKey, artifactPrefix, modelKey, versionKey } from "../../../charter/registry.ts";
import { outputsPrefix } from "../../../charter/windows.ts";
import { type BatchRow, runWindow, type WindowRun, writeBatchInput } from "../../../cli/platform/batch.ts";
import { ArtifactStore } from "../../../components/parts/artifact-store.ts";
import { BatchPipeline } from "../../../components/parts/batch-pipeline.ts";
import { BatchStore } from "../../../components/parts/batch-store.ts";
import { OnDemandTable } from "../../../components/parts/on-demand-table.ts";
import { onnxRuntimeLayerVersion } from "../../../components/parts/onnx-runtime-layer.ts";
import { EMULATOR_CREDENTIALS } from "../../../sandbox/emulator/emulator.ts";
import { settingsWith, TAGS } from "../components.ts";
import { readHeldout, trainerAnswers } from "../samples/heldout.ts";
import { train } from "../samples/trainer.ts";
import { rawModel } from "../settings.ts";
import { deployed } from "./from-mocks.ts";
import { startTestCloud, type TestCloud } from "./test-cloud.ts";

/** Tolerates no failed chunk. */
export const STRICT = "disease-progress";
/** Tolerates a third of its chunks, and writes features. */
export const LENIENT = "disease-lenient";
export const BUCKET = "batch-data-bucket";
export const FEATURES = "features-table";
const [ARTIFACTS, REGISTRY, OFFSETS] = ["artifacts-bucket", "registry-table", "batch-offsets-table"];

const CHUNK_ROWS = 20;
const MAX_CONCURRENCY = 2;

const { budget: _, ...bare } = rawModel();
const rawBatch = (name: string, batch: object) => ({
	...bare,
	name,
	serve: "batch",
	schedule: "rate(1 day)",
	batch: { chunkRows: CHUNK_ROWS, maxConcurrency: MAX_CONCURRENCY, ...batch },
});

function program(): void {
	const raw = [rawBatch(STRICT, {}), rawBatch(LENIENT, { toleratedFailurePct: 34, writesFeatures: true })];
	const architecture = process.arch === "x64" ? "x86_64" : "arm64";
	const settings = settingsWith({ models: [rawModel(), ...raw], architecture });
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

export interface BatchCloud {
	cloud: TestCloud;
	/** The trainer's held-out rows, and its own predictions of them. */
	rows: BatchRow[];
	trained: number[];
	/** ARN of a model's workflow. */
	workflow(model: string): string;
	run(model: string, request?: { start?: string; end?: string }): Promise<WindowRun>;
	/** Writes rows where the window of a day finds them. */
	put(model: string, day: string, name: string, rows: readonly BatchRow[]): Promise<string>;
	putText(key: string, text: string): Promise<void>;
	text(key: string): Promise<string>;
	/** Objects of the windows that start so, by the last part of their keys. */
	outputs(model: string, start: string): Promise<Map<string, string>>;
	committedUntil(model: string): Promise<string | undefined>;
	/** What the score function of a model has logged. */
	scoreLog(model: string): Promise<string>;
	/** Takes the artifacts of a model away, and gives them back. */
	withhold(model: string): Promise<() => Promise<void>>;
	/** As if windows had been committed up to there. */
	commitUntil(model: string, committedUntil: string): Promise<void>;
}

/** Starts it; it ends with `scope`. */
export async function startBatchCloud(scope: AsyncDisposableStack): Promise<BatchCloud> {
	const folder = await mkdtemp(join(tmpdir(), "triplane-batch-"));
	scope.defer(() => rm(folder, { recursive: true, force: true }));
	const { status, stderr } = train("--model", STRICT, "--output", folder);
	if (status !== 0) throw new Error(`The trainer ended with ${status}: ${stderr}`);
	const heldout = readHeldout(folder);
	const cloud = await startTestCloud(scope);
	const made = await deployed(cloud, program);
	for (const model of [STRICT, LENIENT]) await register(cloud, model, folder);
	const { s3, dynamodb } = cloud.context.clients;
	const { url: endpoint, region } = cloud.emulator;
	const aws = { endpoint, region, credentials: EMULATOR_CREDENTIALS };
	const workflow = (model: string) => made.get(`${model}-batch`)?.id ?? "";
	const text = async (Key: string) => {
		const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
		return (await Body?.transformToString()) ?? "";
	};
	return {
		cloud,
		rows: heldout.rows.map(({ id, features }) => ({ id, inputs: { features } })),
		trained: trainerAnswers(heldout, "prediction"),
		workflow,
		run: (model, request = {}) => runWindow(aws, workflow(model), request),
		put: (model, day, name, rows) => writeBatchInput(aws, BUCKET, { model, atMs: Date.parse(day), name, rows }),
		putText: async (Key, Body) => {
			await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
		},
		text,
		outputs: async (model, start) => {
			const Prefix = `${outputsPrefix(model)}${start.replaceAll(":", "-")}`;
			const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
			const entries = Contents.map(
				async ({ Key = "" }): Promise<[string, string]> => [Key.slice(Key.lastIndexOf("/") + 1), await text(Key)],
			);
			return new Map(await Promise.all(entries));
		},
		committedUntil: async (model) => {
			const Key = { pk: { S: modelKey(model) } };
			return (await dynamodb.send(new GetItemCommand({ TableName: OFFSETS, Key }))).Item?.committedUntil?.S;
		},
		scoreLog: async (model) => {
			const logGroupName = `/triplane/dev/${model}-score`;
			const { events = [] } = await cloud.context.clients.logs.send(new FilterLogEventsCommand({ logGroupName }));
			return events.map(({ message = "" }) => message).join("\n");
		},
		withhold: async (model) => {
			const Prefix = artifactPrefix(model);
			const { Contents: [{ Key } = {}] = [] } = await s3.send(new ListObjectsV2Command({ Bucket: ARTIFACTS, Prefix }));
			await s3.send(new DeleteObjectCommand({ Bucket: ARTIFACTS, Key }));
			const Body = await readFile(join(folder, "model.onnx"));
			return async () => {
				await s3.send(new PutObjectCommand({ Bucket: ARTIFACTS, Key, Body }));
			};
		},
		commitUntil: async (model, committedUntil) => {
			const Item = marshall({ pk: modelKey(model), committedUntil, revision: 9 });
			await dynamodb.send(new PutItemCommand({ TableName: OFFSETS, Item }));
		},
	};
}

/** As the register function leaves it: the artifact, its version, and the champion. */
async function register({ context }: TestCloud, model: string, folder: string): Promise<void> {
	const { s3, dynamodb } = context.clients;
	const manifest = TrainingManifest.parse(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")));
	const { artifact, signature, metrics, lineage } = manifest;
	const key = artifactKey(model, artifact.sha256);
	const Body = await readFile(join(folder, "model.onnx"));
	await s3.send(new PutObjectCommand({ Bucket: ARTIFACTS, Key: key, Body }));
	const pk = modelKey(model);
	const version = {
		pk,
		sk: versionKey(1),
		model,
		version: 1,
		artifactKey: key,
		...artifact,
		signature,
		metrics,
		lineage,
	};
	for (const item of [version, { pk, sk: aliasKey("champion"), version: 1 }]) {
		const Item = marshall(item, { removeUndefinedValues: true });
		await dynamodb.send(new PutItemCommand({ TableName: REGISTRY, Item }));
	}
}
