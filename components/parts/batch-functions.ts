/**
 * The functions of one batch model's pipeline, each with what it reads and may do: plan, commit, and score where the model
 * runs in a function. Who calls them is the workflow's.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
	BATCH_COMMIT_TIMEOUT_SECONDS,
	BATCH_PLAN_TIMEOUT_SECONDS,
	BATCH_SCORE_TIMEOUT_SECONDS,
	type BatchModel,
	batchFunctionNames,
	batchReservations,
} from "../../charter/batch.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { artifactPrefix } from "../../charter/registry.ts";
import type { Settings } from "../../charter/settings.ts";
import { inputPrefix, outputsPrefix, windowsPrefix } from "../../charter/windows.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import type { BatchStore } from "./batch-store.ts";
import { BoundedFunction, type BoundedFunctionArgs } from "./bounded-function.ts";
import { bundleFunction } from "./bundle.ts";
import { commonEnvironment } from "./common-environment.ts";
import { modelTags } from "./cost-tags.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import type { Grant } from "./service-role.ts";

/** Plan and commit hold one buffer and a manifest; memory buys them CPU to hash by. */
const BOOKKEEPING_MEMORY_MB = 1024;

export interface BatchParts {
	settings: Settings;
	model: BatchModel;
	store: BatchStore;
	registry: OnDemandTable;
	artifacts: ArtifactStore;
	features: OnDemandTable;
}

export interface BatchFunctions {
	plan: BoundedFunction;
	commit: BoundedFunction;
	/** Absent where a container scores. */
	score?: BoundedFunction;
}

/** What the scoring is told and may do, in a function or in a container. */
export function scoring(parts: BatchParts, service: string) {
	const { settings, model, store, registry, artifacts, features } = parts;
	const bucket = store.data.bucket;
	return {
		environment: {
			...commonEnvironment(settings, service),
			[ENVIRONMENT.team]: model.team,
			[ENVIRONMENT.feature]: model.feature,
			[ENVIRONMENT.slo]: JSON.stringify(model.slo),
			[ENVIRONMENT.memoryMb]: String(model.runtime.memoryMb),
			[ENVIRONMENT.registryTable]: registry.table.name,
			[ENVIRONMENT.artifactBucket]: artifacts.bucket.bucket,
			[ENVIRONMENT.batchBucket]: bucket.bucket,
			...featureTable(parts),
		},
		grants: [
			{ actions: ["dynamodb:GetItem"], resources: [registry.table.arn] },
			{
				actions: ["s3:GetObject"],
				resources: [
					pulumi.interpolate`${bucket.arn}/${inputPrefix(model.name)}*`,
					pulumi.interpolate`${artifacts.bucket.arn}/${artifactPrefix(model.name)}*`,
				],
			},
			// Without it, S3 says of an object that is not there that it is denied.
			{ actions: ["s3:ListBucket"], resources: [bucket.arn] },
			{ actions: ["s3:PutObject"], resources: [pulumi.interpolate`${bucket.arn}/${outputsPrefix(model.name)}*`] },
			...(model.batch.writesFeatures ? [{ actions: ["dynamodb:PutItem"], resources: [features.table.arn] }] : []),
		] satisfies Grant[],
	};
}

const featureTable = ({ model, features }: BatchParts): Record<string, pulumi.Output<string>> =>
	model.batch.writesFeatures ? { [ENVIRONMENT.featureTable]: features.table.name } : {};

/** @param runtimeLayer with ONNX Runtime's library for the functions' processor */
export function batchFunctions(
	parts: BatchParts,
	runtimeLayer: aws.lambda.LayerVersion,
	opts: pulumi.ComponentResourceOptions,
): BatchFunctions {
	const names = batchFunctionNames(parts.model.name);
	const functions = {
		plan: boundedFunction(parts, names.plan, { bundle: "batch-plan", ...planning(parts, names.plan) }, opts),
		commit: boundedFunction(parts, names.commit, { bundle: "batch-commit", ...committing(parts, names.commit) }, opts),
	};
	if (parts.model.runtime.kind !== "lambda") return functions;
	const score = {
		bundle: "batch-score",
		description: `Scores chunks by the model ${parts.model.name} of team ${parts.model.team}`,
		memoryMb: parts.model.runtime.memoryMb,
		timeoutSeconds: BATCH_SCORE_TIMEOUT_SECONDS,
		layers: [runtimeLayer.arn],
		...scoring(parts, names.score),
	};
	return { ...functions, score: boundedFunction(parts, names.score, score, opts) };
}

type OwnArgs = Omit<
	BoundedFunctionArgs,
	"code" | "architecture" | "reservedConcurrency" | "tags" | "logRetentionDays" | "isAsynchronous"
> & { bundle: string };

const boundedFunction = (
	{ settings, model }: BatchParts,
	name: string,
	{ bundle, ...own }: OwnArgs,
	opts: pulumi.ComponentResourceOptions,
): BoundedFunction =>
	new BoundedFunction(
		name,
		{
			...own,
			code: new pulumi.asset.FileArchive(bundleFunction(bundle)),
			architecture: settings.architecture,
			reservedConcurrency: batchReservations({ models: [model] })[name] ?? 0,
			tags: modelTags(settings, model),
			logRetentionDays: settings.observability.logRetentionDays,
		},
		opts,
	);

function planning(parts: BatchParts, service: string): Omit<OwnArgs, "bundle"> {
	const { model, store, registry } = parts;
	const bucket = store.data.bucket;
	return {
		description: `Cuts the windows of the model ${model.name} into chunks`,
		memoryMb: BOOKKEEPING_MEMORY_MB,
		timeoutSeconds: BATCH_PLAN_TIMEOUT_SECONDS,
		environment: {
			...bookkeeping(parts, service),
			[ENVIRONMENT.model]: model.name,
			[ENVIRONMENT.registryTable]: registry.table.name,
			...featureTable(parts),
		},
		grants: [
			{ actions: ["dynamodb:GetItem"], resources: [registry.table.arn, store.offsets.table.arn] },
			{ actions: ["s3:ListBucket"], resources: [bucket.arn] },
			{
				actions: ["s3:GetObject"],
				resources: [inputPrefix(model.name), outputsPrefix(model.name)].map(
					(prefix) => pulumi.interpolate`${bucket.arn}/${prefix}*`,
				),
			},
			{ actions: ["s3:PutObject"], resources: [pulumi.interpolate`${bucket.arn}/${windowsPrefix(model.name)}*`] },
		],
	};
}

function committing(parts: BatchParts, service: string): Omit<OwnArgs, "bundle"> {
	const { model, store } = parts;
	const bucket = store.data.bucket;
	const outputs = pulumi.interpolate`${bucket.arn}/${outputsPrefix(model.name)}*`;
	return {
		description: `Ends the windows of the model ${model.name}`,
		memoryMb: BOOKKEEPING_MEMORY_MB,
		timeoutSeconds: BATCH_COMMIT_TIMEOUT_SECONDS,
		environment: bookkeeping(parts, service),
		grants: [
			{ actions: ["dynamodb:GetItem", "dynamodb:PutItem"], resources: [store.offsets.table.arn] },
			{ actions: ["s3:ListBucket"], resources: [bucket.arn] },
			{
				actions: ["s3:GetObject"],
				resources: [pulumi.interpolate`${bucket.arn}/${windowsPrefix(model.name)}*`, outputs],
			},
			{ actions: ["s3:PutObject", "s3:DeleteObject"], resources: [outputs] },
		],
	};
}

const bookkeeping = ({ settings, model, store }: BatchParts, service: string) => ({
	...commonEnvironment(settings, service),
	[ENVIRONMENT.team]: model.team,
	[ENVIRONMENT.feature]: model.feature,
	[ENVIRONMENT.batch]: JSON.stringify({ ...model.batch, windowSeconds: model.windowSeconds }),
	[ENVIRONMENT.batchBucket]: store.data.bucket.bucket,
	[ENVIRONMENT.offsetsTable]: store.offsets.table.name,
});
