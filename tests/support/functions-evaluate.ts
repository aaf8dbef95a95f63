/** The whole evaluation over an AWS in memory: a run of the sample model staged, and whichever champion a test wants. */
import { createHash } from "node:crypto";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { EvaluationRecord } from "../../charter/pipeline.ts";
import { evaluationKey } from "../../charter/pipeline.ts";
import { aliasKey, artifactKey, modelKey, stagingPrefix, type VersionRecord } from "../../charter/registry.ts";
import { EvaluateSettings } from "../../charter/rollout-settings.ts";
import { createEvaluateService } from "../../functions/evaluate/service.ts";
import { onnxRuntime } from "../../functions/shared/inference/onnx.ts";
import { MemoryAws } from "./functions-aws.ts";
import { memoryBus } from "./functions-events.ts";
import { artifactBytes, heldOut, MODEL, manifest, putVersion, TABLES, versionRecord } from "./functions-predict.ts";
import { memoryTelemetry } from "./functions-telemetry.ts";

export const RUN = "run-1";
export const IMAGE = `trainer@sha256:${"a".repeat(64)}`;
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The sample model with each tree's say turned round: as large, as sound, and mostly wrong. */
export function flippedArtifact(): { bytes: Uint8Array; artifact: { sha256: string; bytes: number } } {
	const bytes = Uint8Array.from(artifactBytes);
	const name = Buffer.from("class_weights");
	const FLOAT_TAG = 0x3d;
	for (let at = Buffer.from(bytes).indexOf(name) + name.length; bytes[at] === FLOAT_TAG; at += 5)
		bytes[at + 4] = (bytes[at + 4] ?? 0) ^ 0x80;
	return { bytes, artifact: { sha256: sha256(bytes), bytes: bytes.length } };
}

/** Held-out rows of which the model gets all right but those whose indexes are named. */
export function heldoutOf(wrong: readonly number[] = []) {
	return {
		model: MODEL,
		rows: heldOut as object[],
		targets: heldOut.map(({ label }, row) => (wrong.includes(row) ? 1 - label : label)),
		slices: {
			first: [0, 1, 2, 3],
			malignant: heldOut.flatMap(({ label }, row) => (label === 1 ? [row] : [])),
		} as Record<string, number[]>,
	};
}

/** The manifest of a run with these held-out rows. */
export function manifestOf(heldout: Uint8Array, rows: number, change: object = {}) {
	return {
		...manifest,
		metrics: {},
		lineage: { ...manifest.lineage, image: IMAGE },
		evaluation: {
			task: "classification",
			output: "label",
			probabilities: { output: "probabilities", classes: [0, 1] },
			heldout: { sha256: sha256(heldout), rows },
		},
		...change,
	};
}

export function evaluateFixture(options: { bus?: boolean; remainingMs?: () => number; model?: string } = {}) {
	const { model = MODEL } = options;
	const aws = new MemoryAws();
	const { client: events, told } = memoryBus();
	const { telemetry, lines, spans } = memoryTelemetry({ now: () => 1_000 });
	const service = createEvaluateService({
		environment: {
			[ENVIRONMENT.registryTable]: TABLES.registry,
			[ENVIRONMENT.artifactBucket]: TABLES.bucket,
			...(options.bus !== false && { [ENVIRONMENT.eventBus]: "bus" }),
		},
		telemetry,
		...aws.clients(),
		events,
		runtime: onnxRuntime,
	});
	const context = { getRemainingTimeInMillis: options.remainingMs ?? (() => 60_000) };
	const prefix = stagingPrefix(model, RUN);
	/** Puts a run into the staging area. */
	const stage = (heldout: object = heldoutOf(), change: object = {}, artifact: Uint8Array = artifactBytes) => {
		const bytes = Buffer.from(JSON.stringify(heldout));
		const rows = "rows" in heldout && Array.isArray(heldout.rows) ? heldout.rows.length : 1;
		aws.objects.set(`${prefix}heldout.json`, bytes);
		aws.objects.set(`${prefix}manifest.json`, Buffer.from(JSON.stringify(manifestOf(bytes, rows, change))));
		aws.objects.set(`${prefix}model.onnx`, artifact);
	};
	const makeChampion = (change: Partial<VersionRecord> = {}, artifact: Uint8Array = artifactBytes) => {
		const hash = sha256(artifact);
		const record = versionRecord(7, {
			pk: modelKey(model),
			model,
			artifactKey: artifactKey(model, hash),
			sha256: hash,
			...change,
		});
		aws.objects.set(record.artifactKey, artifact);
		putVersion(aws, record);
		aws.dynamodb.put(TABLES.registry, marshall({ pk: modelKey(model), sk: aliasKey("champion"), version: 7 }));
	};
	const ask = (settings: object = {}, more: object = {}) =>
		service(
			{ model: MODEL, run: RUN, evaluate: EvaluateSettings.parse(settings), trainImage: IMAGE, ...more },
			context,
		);
	const record = (): EvaluationRecord | undefined => {
		const item = aws.dynamodb.item(TABLES.registry, modelKey(model), evaluationKey(RUN));
		return item && (unmarshall(item) as EvaluationRecord);
	};
	const refusal = async (settings: object = {}, more: object = {}) => {
		const thrown: unknown = await ask(settings, more).catch((error: unknown) => error);
		return thrown instanceof Error ? { name: thrown.name, message: thrown.message } : { name: "none", message: "" };
	};
	return { aws, service, context, prefix, stage, makeChampion, ask, record, refusal, told, lines, spans };
}
