/**
 * The data plane: one API for all tenants, and behind it one bounded function per realtime model, and a queue with workers
 * per queued one; and the windows of batch models, which no path of the API leads to.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { batchModels } from "../charter/batch.ts";
import {
	type CapacityPlan,
	planCapacity,
	planThrottle,
	realtimeModels,
	servedModels,
	stageThrottle,
} from "../charter/derive.ts";
import type { ModelSettings, Settings } from "../charter/settings.ts";
import type { ArtifactStore } from "./parts/artifact-store.ts";
import { BatchPath } from "./parts/batch-path.ts";
import type { BoundedFunction } from "./parts/bounded-function.ts";
import { bundleFunction } from "./parts/bundle.ts";
import type { ReleasedFunction } from "./parts/code-release.ts";
import { sharedTags } from "./parts/cost-tags.ts";
import { FrontDoor } from "./parts/front-door.ts";
import { Network } from "./parts/network.ts";
import { OnDemandTable } from "./parts/on-demand-table.ts";
import { onnxRuntimeLayerVersion } from "./parts/onnx-runtime-layer.ts";
import { QueuedPath } from "./parts/queued-path.ts";
import { RealtimeEndpoint } from "./parts/realtime-endpoint.ts";
import { releasedFunctions } from "./parts/released-functions.ts";
import { servedRoutes } from "./parts/served-routes.ts";
import { ServerFunctions } from "./parts/server-functions.ts";
import { Shadow, shadowQueue } from "./parts/shadow.ts";
import { Tenant } from "./parts/tenant.ts";
import type { WorkQueue } from "./parts/work-queue.ts";

export interface DataPlaneArgs {
	settings: Settings;
	/** The control plane's. */
	registry: OnDemandTable;
	artifacts: ArtifactStore;
}

/** A model as the stack's outputs tell of it; without `function` where no path of the API leads to it. */
export interface DeployedModel {
	name: string;
	serve: string;
	function?: pulumi.Output<string>;
}

export class DataPlane extends pulumi.ComponentResource {
	readonly features: OnDemandTable;
	readonly tenants: OnDemandTable;
	readonly throttle: OnDemandTable;
	readonly endpoints: RealtimeEndpoint[];
	/** Where tasks run; undefined without a model that runs in containers. */
	readonly network: Network | undefined;
	/** For whatever asks a model in a function: to answer by it, to evaluate it, or in the shadow. */
	readonly runtimeLayer: aws.lambda.LayerVersion;
	/** Undefined where every model is a batch one. */
	readonly shadow: Shadow | undefined;
	/** Undefined where no model has jobs. */
	readonly queued: QueuedPath | undefined;
	/** Undefined without a batch model. */
	readonly batch: BatchPath | undefined;
	readonly server: ServerFunctions;
	readonly api: FrontDoor;
	readonly models: DeployedModel[];
	/** What the API calls, by the alias that its releases move. */
	readonly released: readonly ReleasedFunction[];

	/** @throws {SettingsError} where the settings ask for what AWS cannot give, before anything is registered */
	constructor(name: string, args: DataPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
		const { settings, registry } = args;
		const capacity = planCapacity(settings);
		super("triplane:data:DataPlane", name, {}, opts);
		const child = { parent: this };
		const tags = sharedTags(settings);

		this.features = new OnDemandTable("features", { hasSortKey: false, isRecoverable: true, tags }, child);
		this.tenants = new OnDemandTable("tenants", { hasSortKey: true, isRecoverable: true, tags }, child);
		this.throttle = new OnDemandTable(
			"throttle",
			{ hasSortKey: false, isRecoverable: false, expiresAttribute: "expiresAt", tags },
			child,
		);
		this.runtimeLayer = onnxRuntimeLayerVersion("onnx-runtime", settings.architecture, child);
		this.network = settings.models.some(runsTasks)
			? new Network(
					"network",
					{ network: settings.network, otlpEndpoint: settings.observability.otlpEndpoint, tags },
					child,
				)
			: undefined;
		const { network, throttle, features, runtimeLayer } = this;
		const models = servedModels(settings);
		const shadow = models.length > 0 ? shadowQueue(settings, child) : undefined;
		this.queued =
			capacity.queued && shadow
				? new QueuedPath(
						"queued",
						{ ...args, capacity: capacity.queued, network, throttle, features, runtimeLayer, shadow },
						child,
					)
				: undefined;
		this.endpoints = shadow ? this.realtimeEndpoints(args, capacity, shadow) : [];
		this.shadow = shadow
			? new Shadow("shadow", { ...args, models, work: shadow, features, jobs: this.queued?.store, runtimeLayer }, child)
			: undefined;
		const batch = batchModels(settings);
		this.batch =
			batch.length > 0
				? new BatchPath("batch", { ...args, models: batch, features, runtimeLayer, ...(network && { network }) }, child)
				: undefined;
		this.server = new ServerFunctions("server", { settings, capacity, tenants: this.tenants, registry }, child);

		const throttles = tenantThrottles(settings);
		this.api = new FrontDoor(
			"front-door",
			{
				stageName: settings.environment,
				routes: servedRoutes(this.server.health, this.endpoints, this.queued),
				authorize: this.server.authorize,
				throttle: stageThrottle(throttles.map((each) => each.throttle)),
				tags,
				logRetentionDays: settings.observability.logRetentionDays,
			},
			child,
		);
		const { stage } = this.api;
		for (const shielded of throttles)
			new Tenant(`tenant-${shielded.tenant.name}`, { ...shielded, stage, table: this.tenants.table, tags }, child);

		this.released = releasedFunctions(this.server.health, this.endpoints, this.queued);
		this.models = settings.models.map(({ name: model, serve }) => {
			const fn = this.functionOf(model);
			return { name: model, serve, ...(fn ? { function: fn.function.name } : {}) };
		});
		this.registerOutputs({ url: this.api.url });
	}

	/** What answers the API for a model. */
	private functionOf(model: string): BoundedFunction | undefined {
		const endpoint = this.endpoints.find((candidate) => candidate.model.name === model);
		const isQueued = this.queued?.endpoints.some((candidate) => candidate.model.name === model);
		return endpoint?.predict ?? (isQueued ? this.queued?.functions.submit : undefined);
	}

	private realtimeEndpoints(args: DataPlaneArgs, capacity: CapacityPlan, shadow: WorkQueue): RealtimeEndpoint[] {
		const { settings } = args;
		const { features, throttle, runtimeLayer } = this;
		const child = { parent: this };
		const models = realtimeModels(settings);
		if (models.length === 0) return [];
		return models.map((model) => {
			const overflow = this.queued?.overflowOf(model.name);
			const code = new pulumi.asset.FileArchive(bundleFunction(overflow ? "predict-overflowing" : "predict"));
			return new RealtimeEndpoint(
				model.name,
				{
					...args,
					model,
					capacity: capacity.endpoint(model),
					code,
					runtimeLayer,
					features,
					throttle,
					shadow,
					overflow,
				},
				child,
			);
		});
	}
}

const IN_TASKS: readonly string[] = ["ecs", "fargate"];
const runsTasks = ({ runtime, train }: ModelSettings): boolean =>
	IN_TASKS.includes(runtime.kind) || train?.kind === "ecs";

/** Each tenant with its tier, which the settings' schema has checked to exist, and its shield. */
function tenantThrottles(settings: Settings) {
	const models = servedModels(settings);
	return settings.tenants.flatMap((tenant) => {
		const tier = settings.tiers[tenant.tier];
		return tier ? [{ tenant, tier, throttle: planThrottle(tenant, tier, models) }] : [];
	});
}
