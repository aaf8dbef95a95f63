/**
 * The functions of training and rollouts, one each for all models: `rollout` moves traffic, `judge` says whether it may,
 * `evaluate` says whether a run is worth registering. What calls them in which order is each model's pipeline.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
	COLLECT_TIMEOUT_SECONDS,
	deliveryReservations,
	EVALUATE_TIMEOUT_SECONDS,
	JUDGE_TIMEOUT_SECONDS,
	ROLLOUT_TIMEOUT_SECONDS,
	WATCH_SCHEDULE,
} from "../../charter/delivery.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { WatchRequest } from "../../charter/pipeline.ts";
import type { Settings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import { BoundedFunction } from "./bounded-function.ts";
import { bundleFunction } from "./bundle.ts";
import { commonEnvironment } from "./common-environment.ts";
import { sharedTags } from "./cost-tags.ts";
import { collectGrants, evaluateGrants, judgeGrants, pipelineArn, rolloutGrants } from "./delivery-grants.ts";
import { FunctionSchedule } from "./function-schedule.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import type { QueuedPath } from "./queued-path.ts";
import { placeOf } from "./workflow-grants.ts";

const MEMORY_MB = 512;
/** Two models and all held-out rows. */
const EVALUATE_MEMORY_MB = 2048;
/** An archive is read as a stream; a model in it, whole. */
const COLLECT_MEMORY_MB = 2048;

export interface DeliveryFunctionsArgs {
	settings: Settings;
	registry: OnDemandTable;
	artifacts: ArtifactStore;
	bus: aws.cloudwatch.EventBus;
	/** Undefined where no model has jobs. */
	queued: QueuedPath | undefined;
	/** With ONNX Runtime's library for the functions' processor. */
	runtimeLayer: aws.lambda.LayerVersion;
}

export class DeliveryFunctions extends pulumi.ComponentResource {
	readonly rollout: BoundedFunction;
	readonly judge: BoundedFunction;
	readonly evaluate: BoundedFunction;
	/** Only where a model trains on SageMaker. */
	readonly collect: BoundedFunction | undefined;
	readonly all: readonly BoundedFunction[];

	constructor(name: string, args: DeliveryFunctionsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:control:DeliveryFunctions", name, {}, opts);
		const child = { parent: this };
		const { settings, registry, artifacts, bus, queued, runtimeLayer } = args;
		const { models } = settings;
		const tags = sharedTags(settings);
		const reserved = deliveryReservations(settings);
		const place = placeOf(child);
		const common = (fn: string) => ({
			code: new pulumi.asset.FileArchive(bundleFunction(fn)),
			architecture: settings.architecture,
			memoryMb: MEMORY_MB,
			reservedConcurrency: reserved[fn] ?? 0,
			environment: {
				...commonEnvironment(settings, fn),
				[ENVIRONMENT.registryTable]: registry.table.name,
				[ENVIRONMENT.eventBus]: bus.name,
			},
			tags,
			logRetentionDays: settings.observability.logRetentionDays,
		});
		const rollout = common("rollout");
		const pipelines = Object.fromEntries(models.map((model) => [model.name, pipelineArn(place, model.name)]));
		this.rollout = new BoundedFunction(
			"rollout",
			{
				...rollout,
				description: "Moves a model's traffic from version to version",
				timeoutSeconds: ROLLOUT_TIMEOUT_SECONDS,
				isAsynchronous: true,
				environment: {
					...rollout.environment,
					[ENVIRONMENT.pipelines]: pulumi.jsonStringify(pipelines),
					...(queued ? { [ENVIRONMENT.jobsTable]: queued.store.table.table.name } : {}),
				},
				grants: rolloutGrants({ place, models, registry, bus, queued }),
			},
			child,
		);
		const watch: WatchRequest = { action: "watch" };
		new FunctionSchedule(
			"watch-schedule",
			{
				runs: this.rollout,
				description: "Looks after rollouts that nobody works on",
				expression: WATCH_SCHEDULE,
				input: watch,
				tags,
			},
			child,
		);
		this.judge = new BoundedFunction(
			"judge",
			{
				...common("judge"),
				description: "Judges a rollout by what its arms have counted",
				timeoutSeconds: JUDGE_TIMEOUT_SECONDS,
				grants: judgeGrants({ registry, bus, queued }),
			},
			child,
		);
		const evaluate = common("evaluate");
		this.evaluate = new BoundedFunction(
			"evaluate",
			{
				...evaluate,
				description: "Evaluates a training run against its floors and the champion",
				memoryMb: EVALUATE_MEMORY_MB,
				timeoutSeconds: EVALUATE_TIMEOUT_SECONDS,
				layers: [runtimeLayer.arn],
				environment: { ...evaluate.environment, [ENVIRONMENT.artifactBucket]: artifacts.bucket.bucket },
				grants: evaluateGrants({ registry, artifacts, bus }),
			},
			child,
		);
		const collect = () => {
			const { environment, ...rest } = common("collect-run");
			const { [ENVIRONMENT.registryTable]: _, [ENVIRONMENT.eventBus]: __, ...own } = environment;
			return new BoundedFunction(
				"collect-run",
				{
					...rest,
					description: "Unpacks what a SageMaker training job has left",
					memoryMb: COLLECT_MEMORY_MB,
					timeoutSeconds: COLLECT_TIMEOUT_SECONDS,
					environment: { ...own, [ENVIRONMENT.artifactBucket]: artifacts.bucket.bucket },
					grants: collectGrants(artifacts),
				},
				child,
			);
		};
		this.collect = reserved["collect-run"] === undefined ? undefined : collect();
		this.all = [this.rollout, this.judge, this.evaluate, ...(this.collect ? [this.collect] : [])];
		this.registerOutputs({ rollout: this.rollout.function.name });
	}
}
