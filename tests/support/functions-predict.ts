/** The whole predict function over an AWS in memory, with the sample model registered: what most of its tests start from. */
import { readFileSync } from "node:fs";
import { marshall } from "@aws-sdk/util-dynamodb";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { TrainingManifest } from "../../charter/messages.ts";
import {
	artifactKey,
	modelKey,
	ROUTE_KEY,
	type RouteRecord,
	type RouteVariant,
	type VersionRecord,
	versionKey,
} from "../../charter/registry.ts";
import { entityKey } from "../../charter/tenancy.ts";
import { createPredictService } from "../../functions/predict/service.ts";
import { onnxRuntime } from "../../functions/shared/inference/onnx.ts";
import { MemoryAws } from "./functions-aws.ts";
import { memoryTelemetry } from "./functions-telemetry.ts";

export const MODEL = "tumour-risk";
export const TABLES = {
	registry: "registry",
	features: "features",
	throttle: "throttle",
	tenants: "tenants",
	bucket: "artifacts",
} as const;

export interface HeldOutRow {
	id: string;
	features: number[];
	label: number;
	probabilities: number[];
}

const file = (name: string) => new URL(`../fixtures/tumour-risk/${name}`, import.meta.url);
export const artifactBytes: Uint8Array = readFileSync(file("model.onnx"));
export const manifestText: string = readFileSync(file("manifest.json"), "utf8");
export const manifest = TrainingManifest.parse(JSON.parse(manifestText));
export const heldOut: HeldOutRow[] = JSON.parse(readFileSync(file("heldout.json"), "utf8")).rows;

export const predictEnvironment: Record<string, string> = {
	[ENVIRONMENT.environment]: "dev",
	[ENVIRONMENT.serviceName]: "predict-tumour-risk",
	[ENVIRONMENT.model]: MODEL,
	[ENVIRONMENT.team]: "oncology",
	[ENVIRONMENT.feature]: "triage",
	[ENVIRONMENT.slo]: '{"p95Ms":300,"errorRate":0.005}',
	[ENVIRONMENT.budget]: '{"featuresMs":50,"modelMs":50,"restMs":100}',
	[ENVIRONMENT.reservedConcurrency]: "10",
	[ENVIRONMENT.memoryMb]: "1024",
	[ENVIRONMENT.registryTable]: TABLES.registry,
	[ENVIRONMENT.artifactBucket]: TABLES.bucket,
	[ENVIRONMENT.featureTable]: TABLES.features,
	[ENVIRONMENT.throttleTable]: TABLES.throttle,
};

export function versionRecord(version: number, change: Partial<VersionRecord> = {}): VersionRecord {
	const { sha256, bytes } = manifest.artifact;
	const record = {
		pk: modelKey(MODEL),
		sk: versionKey(version),
		model: MODEL,
		version,
		artifactKey: artifactKey(MODEL, sha256),
		sha256,
		bytes,
		signature: manifest.signature,
		metrics: manifest.metrics,
		lineage: manifest.lineage,
		registeredAt: "2026-01-01T00:00:00.000Z",
	} as VersionRecord;
	return { ...record, ...change };
}

export const putVersion = (aws: MemoryAws, record: VersionRecord): void =>
	aws.dynamodb.put(TABLES.registry, marshall(record, { removeUndefinedValues: true }));

export function putRoute(aws: MemoryAws, variants: RouteVariant[]): void {
	const route: RouteRecord = { pk: modelKey(MODEL), sk: ROUTE_KEY, revision: 1, variants };
	aws.dynamodb.put(TABLES.registry, marshall(route));
}

/** The features of held-out rows, as whoever fills the feature table writes them. */
export function putFeatures(aws: MemoryAws, rows: readonly HeldOutRow[]): void {
	const { columns = [] } = manifest.signature.features ?? {};
	for (const { id, features } of rows) {
		const values = Object.fromEntries(columns.map((column, i) => [column, features[i] ?? 0]));
		aws.dynamodb.put(TABLES.features, marshall({ pk: entityKey(MODEL, id), values }));
	}
}

export function predictFixture(
	options: { now?: () => number; environment?: Record<string, string>; isRegistered?: boolean } = {},
) {
	const aws = new MemoryAws();
	aws.objects.set(artifactKey(MODEL, manifest.artifact.sha256), artifactBytes);
	if (options.isRegistered ?? true) {
		putVersion(aws, versionRecord(1));
		putRoute(aws, [{ name: "champion", version: 1, weight: 100 }]);
	}
	const { telemetry, lines, spans } = memoryTelemetry(options);
	const environment = { ...predictEnvironment, ...options.environment };
	const service = createPredictService({ environment, telemetry, ...aws.clients(), runtime: onnxRuntime });
	return { aws, lines, spans, ...service };
}

/** An inference request's body that sends held-out rows by value. */
export const inferBody = (rows: readonly HeldOutRow[], change: object = {}): string =>
	JSON.stringify({
		inputs: [
			{
				name: "features",
				datatype: "FP32",
				shape: [rows.length, 30],
				data: rows.flatMap(({ features }) => features),
			},
		],
		...change,
	});
