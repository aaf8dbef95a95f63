/**
 * One realtime model: the bounded function that admits, reads features, runs the model and answers.
 * Not its path in the API, which data-plane.ts gives it, and not its versions: those come from the registry at run time.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EndpointCapacity, RealtimeModel } from "../../charter/derive.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { artifactPrefix } from "../../charter/registry.ts";
import type { Settings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import { BoundedFunction } from "./bounded-function.ts";
import { commonEnvironment } from "./common-environment.ts";
import { modelTags } from "./cost-tags.ts";
import type { JobStore } from "./job-store.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import { mirrorEnvironment, mirrorGrants } from "./shadow.ts";
import { queuedModelsJson, type SlotQueue, submitGrants } from "./slot-queues.ts";
import type { WorkQueue } from "./work-queue.ts";

export interface RealtimeEndpointArgs {
	settings: Settings;
	model: RealtimeModel;
	capacity: EndpointCapacity;
	/** Of the `predict` function, or of `predict-overflowing` where it overflows. */
	code: pulumi.asset.Archive;
	/** With ONNX Runtime's library for the functions' processor. */
	runtimeLayer: aws.lambda.LayerVersion;
	registry: OnDemandTable;
	artifacts: ArtifactStore;
	features: OnDemandTable;
	throttle: OnDemandTable;
	/** Where what is to be answered in the shadow too is sent. */
	shadow: WorkQueue;
	/** Where requests go that cannot be answered at once. @default they are refused */
	overflow?: { slot: SlotQueue; store: JobStore } | undefined;
}

export class RealtimeEndpoint extends pulumi.ComponentResource {
	readonly model: RealtimeModel;
	readonly capacity: EndpointCapacity;
	readonly predict: BoundedFunction;

	/** @param name name of the model */
	constructor(name: string, args: RealtimeEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:RealtimeEndpoint", name, {}, opts);
		const { settings, model, capacity, registry, artifacts, features, throttle, shadow } = args;
		this.model = model;
		this.capacity = capacity;
		const predict = `${name}-predict`;
		this.predict = new BoundedFunction(
			predict,
			{
				description: `Serves the model ${model.name} of team ${model.team}`,
				code: args.code,
				layers: [args.runtimeLayer.arn],
				architecture: settings.architecture,
				memoryMb: model.runtime.memoryMb,
				timeoutSeconds: capacity.timeoutSeconds,
				reservedConcurrency: capacity.reservedConcurrency,
				environment: {
					...commonEnvironment(settings, predict),
					[ENVIRONMENT.model]: model.name,
					[ENVIRONMENT.team]: model.team,
					[ENVIRONMENT.feature]: model.feature,
					[ENVIRONMENT.slo]: JSON.stringify(model.slo),
					[ENVIRONMENT.budget]: JSON.stringify(model.budget),
					[ENVIRONMENT.reservedConcurrency]: String(capacity.reservedConcurrency),
					[ENVIRONMENT.memoryMb]: String(model.runtime.memoryMb),
					[ENVIRONMENT.registryTable]: registry.table.name,
					[ENVIRONMENT.artifactBucket]: artifacts.bucket.bucket,
					[ENVIRONMENT.featureTable]: features.table.name,
					[ENVIRONMENT.throttleTable]: throttle.table.name,
					...mirrorEnvironment(shadow),
					...(args.overflow
						? {
								[ENVIRONMENT.jobsTable]: args.overflow.store.table.table.name,
								[ENVIRONMENT.jobsBucket]: args.overflow.store.payloads.bucket.bucket,
								[ENVIRONMENT.queuedModels]: queuedModelsJson([args.overflow.slot]),
							}
						: {}),
				},
				grants: [
					{ actions: ["dynamodb:GetItem"], resources: [registry.table.arn] },
					{ actions: ["dynamodb:UpdateItem"], resources: [throttle.table.arn] },
					{ actions: ["dynamodb:BatchGetItem"], resources: [features.table.arn] },
					{
						actions: ["s3:GetObject"],
						resources: [pulumi.interpolate`${artifacts.bucket.arn}/${artifactPrefix(model.name)}*`],
					},
					...mirrorGrants(shadow),
					...(args.overflow ? submitGrants(args.overflow.store, [args.overflow.slot]) : []),
				],
				tags: modelTags(settings, model),
				logRetentionDays: settings.observability.logRetentionDays,
				isReleased: true,
			},
			{ parent: this },
		);
		this.registerOutputs({ function: this.predict.function.name });
	}
}
