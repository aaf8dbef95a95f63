/**
 * The data plane: one API for all tenants, and behind it one bounded function per realtime model.
 * Serves realtime models only: for a queued or batch one it says in one line that its path is not deployed.
 */
import * as pulumi from "@pulumi/pulumi";
import {
	type CapacityPlan,
	HEALTH_TIMEOUT_SECONDS,
	integrationTimeoutMs,
	isRealtime,
	planCapacity,
	planThrottle,
	realtimeModels,
	stageThrottle,
} from "../charter/derive.ts";
import type { Settings } from "../charter/settings.ts";
import { modelRoutes, serverRoutes } from "./parts/api-tree.ts";
import type { ArtifactStore } from "./parts/artifact-store.ts";
import type { BoundedFunction } from "./parts/bounded-function.ts";
import { bundleFunction } from "./parts/bundle.ts";
import { sharedTags } from "./parts/cost-tags.ts";
import { type ApiRoute, FrontDoor } from "./parts/front-door.ts";
import { OnDemandTable } from "./parts/on-demand-table.ts";
import { onnxRuntimeLayerVersion } from "./parts/onnx-runtime-layer.ts";
import { RealtimeEndpoint } from "./parts/realtime-endpoint.ts";
import { ServerFunctions } from "./parts/server-functions.ts";
import { Tenant } from "./parts/tenant.ts";

export interface DataPlaneArgs {
	settings: Settings;
	/** The control plane's. */
	registry: OnDemandTable;
	artifacts: ArtifactStore;
}

/** A model as the stack's outputs tell of it; without `function` where this version deploys no path to it. */
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
	readonly server: ServerFunctions;
	readonly api: FrontDoor;
	readonly models: DeployedModel[];

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
		this.endpoints = this.realtimeEndpoints(args, capacity);
		this.server = new ServerFunctions("server", { settings, capacity, tenants: this.tenants, registry }, child);

		const throttles = tenantThrottles(settings);
		this.api = new FrontDoor(
			"front-door",
			{
				stageName: settings.environment,
				routes: routes(this.server.health, this.endpoints),
				authorize: this.server.authorize,
				throttle: stageThrottle(throttles.map(({ throttle }) => throttle)),
				tags,
				logRetentionDays: settings.observability.logRetentionDays,
			},
			child,
		);
		const { stage } = this.api;
		for (const { tenant, tier, throttle } of throttles)
			new Tenant(`tenant-${tenant.name}`, { tenant, tier, throttle, stage, table: this.tenants.table, tags }, child);

		this.models = settings.models.map((model) => {
			const endpoint = this.endpoints.find((candidate) => candidate.model.name === model.name);
			return {
				name: model.name,
				serve: model.serve,
				...(endpoint ? { function: endpoint.predict.function.name } : {}),
			};
		});
		for (const { name: model, serve } of settings.models.filter((candidate) => !isRealtime(candidate)))
			void pulumi.log.warn(
				`Model "${model}" is declared as ${serve}, which this version of Triplane does not deploy yet: no path of the API serves it.`,
				this,
			);
		this.registerOutputs({ url: this.api.url });
	}

	private realtimeEndpoints(args: DataPlaneArgs, capacity: CapacityPlan): RealtimeEndpoint[] {
		const { settings } = args;
		const { features, throttle } = this;
		const child = { parent: this };
		const models = realtimeModels(settings);
		if (models.length === 0) return [];
		const runtimeLayer = onnxRuntimeLayerVersion("onnx-runtime", settings.architecture, child);
		const code = new pulumi.asset.FileArchive(bundleFunction("predict"));
		return models.map(
			(model) =>
				new RealtimeEndpoint(
					model.name,
					{ ...args, model, capacity: capacity.endpoint(model), code, runtimeLayer, features, throttle },
					child,
				),
		);
	}
}

const routes = (health: BoundedFunction, endpoints: readonly RealtimeEndpoint[]): ApiRoute[] => [
	...serverRoutes().map((route) => ({
		...route,
		backend: health,
		integrationTimeoutMs: integrationTimeoutMs(HEALTH_TIMEOUT_SECONDS),
	})),
	...endpoints.flatMap(({ model, predict, capacity }) =>
		modelRoutes(model.name).map((route) => ({
			...route,
			backend: predict,
			integrationTimeoutMs: capacity.integrationTimeoutMs,
		})),
	),
];

/** Each tenant with its tier, which the settings' schema has checked to exist, and its shield. */
function tenantThrottles(settings: Settings) {
	const models = realtimeModels(settings);
	return settings.tenants.flatMap((tenant) => {
		const tier = settings.tiers[tenant.tier];
		return tier ? [{ tenant, tier, throttle: planThrottle(tenant, tier, models) }] : [];
	});
}
