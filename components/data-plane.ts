/**
 * The data plane: one API for all tenants, and behind it one bounded function per realtime model.
 * Serves realtime models only: for a queued or batch one it says in one line that its path is not deployed.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../charter/settings.ts";
import { modelPaths, serverPaths } from "./parts/api-tree.ts";
import type { ArtifactStore } from "./parts/artifact-store.ts";
import { BoundedFunction } from "./parts/bounded-function.ts";
import { bundleFunction, onnxRuntimeLayer } from "./parts/bundle.ts";
import { sharedTags } from "./parts/cost-tags.ts";
import {
	AUTHORIZE_TIMEOUT_SECONDS,
	type CapacityPlan,
	HEALTH_TIMEOUT_SECONDS,
	integrationTimeoutMs,
	isRealtime,
	planCapacity,
	planThrottle,
	realtimeModels,
	stageThrottle,
} from "./parts/derive.ts";
import { type ApiRoute, FrontDoor } from "./parts/front-door.ts";
import { functionEnvironment } from "./parts/function-environment.ts";
import { stackName } from "./parts/names.ts";
import { OnDemandTable } from "./parts/on-demand-table.ts";
import { RealtimeEndpoint } from "./parts/realtime-endpoint.ts";
import { Tenant } from "./parts/tenant.ts";

/** Memory buys CPU: below this, the AWS clients' import dominates a cold start. */
const SHARED_FUNCTION_MEMORY_MB = 512;

export interface DataPlaneArgs {
	settings: Settings;
	/** The control plane's. */
	registry: OnDemandTable;
	artifacts: ArtifactStore;
}

/** A model as the stack's outputs tell of it; without `function` where it is not served by one. */
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
	readonly api: FrontDoor;
	/** What serves all models alike. */
	readonly functions: BoundedFunction[];
	readonly models: DeployedModel[];

	/** @throws {SettingsError} where the settings ask for what AWS cannot give, before anything is registered */
	constructor(name: string, args: DataPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
		const { settings } = args;
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
		const authorize = this.authorize(settings, capacity);
		const health = this.health(args, capacity);
		this.functions = [authorize, health];
		this.api = new FrontDoor(
			"front-door",
			{
				stageName: settings.environment,
				routes: routes(health, this.endpoints),
				authorize,
				throttle: stageThrottle(tenantThrottles(settings).map(({ throttle }) => throttle)),
				tags,
				logRetentionDays: settings.observability.logRetentionDays,
			},
			child,
		);
		for (const { tenant, tier, throttle } of tenantThrottles(settings))
			new Tenant(
				`tenant-${tenant.name}`,
				{ tenant, tier, throttle, stage: this.api.stage, table: this.tenants.table, tags },
				child,
			);

		this.models = settings.models.map(({ name: model, serve }) => {
			const endpoint = this.endpoints.find((candidate) => candidate.model.name === model);
			return { name: model, serve, ...(endpoint ? { function: endpoint.predict.function.name } : {}) };
		});
		for (const model of settings.models.filter((candidate) => !isRealtime(candidate)))
			void pulumi.log.warn(
				`Model "${model.name}" is declared as ${model.serve}, which this version of Triplane does not deploy yet: no path of the API serves it.`,
				this,
			);
		this.registerOutputs({ url: this.api.url });
	}

	private realtimeEndpoints(args: DataPlaneArgs, capacity: CapacityPlan): RealtimeEndpoint[] {
		const { settings } = args;
		const models = realtimeModels(settings);
		if (models.length === 0) return [];
		const runtimeLayer = new aws.lambda.LayerVersion(
			"onnx-runtime",
			{
				layerName: stackName("onnx-runtime"),
				description: "ONNX Runtime for Node, CPU only",
				code: new pulumi.asset.AssetArchive(
					Object.fromEntries(
						Object.entries(onnxRuntimeLayer(settings.architecture)).map(([path, file]) => [
							path,
							new pulumi.asset.FileAsset(file),
						]),
					),
				),
				compatibleArchitectures: [settings.architecture],
				compatibleRuntimes: ["nodejs24.x"],
			},
			{ parent: this },
		);
		const code = new pulumi.asset.FileArchive(bundleFunction("predict"));
		return models.flatMap((model) => {
			const bounds = capacity.endpoints[model.name];
			if (!bounds) return [];
			const { features, throttle } = this;
			return new RealtimeEndpoint(
				model.name,
				{ ...args, model, capacity: bounds, code, runtimeLayer, features, throttle },
				{ parent: this },
			);
		});
	}

	private authorize(settings: Settings, capacity: CapacityPlan): BoundedFunction {
		return new BoundedFunction(
			"authorize",
			{
				...this.shared(settings, "authorize"),
				description: "Tells the tenant of a request by its bearer token",
				timeoutSeconds: AUTHORIZE_TIMEOUT_SECONDS,
				reservedConcurrency: capacity.authorize,
				environment: functionEnvironment(settings, "authorize", {
					tenantTable: this.tenants.table.name,
					tiers: JSON.stringify(settings.tiers),
					realtimeModels: realtimeNames(settings),
				}),
				grants: [{ actions: ["dynamodb:BatchGetItem"], resources: [this.tenants.table.arn] }],
			},
			{ parent: this },
		);
	}

	private health({ settings, registry }: DataPlaneArgs, capacity: CapacityPlan): BoundedFunction {
		return new BoundedFunction(
			"health",
			{
				...this.shared(settings, "health"),
				description: "Says whether the server and its models are ready",
				timeoutSeconds: HEALTH_TIMEOUT_SECONDS,
				reservedConcurrency: capacity.health,
				environment: functionEnvironment(settings, "health", {
					registryTable: registry.table.name,
					realtimeModels: realtimeNames(settings),
				}),
				grants: [{ actions: ["dynamodb:BatchGetItem"], resources: [registry.table.arn] }],
			},
			{ parent: this },
		);
	}

	private shared(settings: Settings, bundle: string) {
		return {
			code: new pulumi.asset.FileArchive(bundleFunction(bundle)),
			architecture: settings.architecture,
			memoryMb: SHARED_FUNCTION_MEMORY_MB,
			tags: sharedTags(settings),
			logRetentionDays: settings.observability.logRetentionDays,
		};
	}
}

const realtimeNames = (settings: Settings): string =>
	realtimeModels(settings)
		.map(({ name }) => name)
		.join(",");

const routes = (health: BoundedFunction, endpoints: readonly RealtimeEndpoint[]): ApiRoute[] => [
	...serverPaths().map((path) => ({
		path,
		backend: health,
		integrationTimeoutMs: integrationTimeoutMs(HEALTH_TIMEOUT_SECONDS),
	})),
	...endpoints.flatMap(({ model, predict, capacity }) =>
		modelPaths(model.name).map((path) => ({
			path,
			backend: predict,
			integrationTimeoutMs: capacity.integrationTimeoutMs,
		})),
	),
];

function tenantThrottles(settings: Settings) {
	const models = realtimeModels(settings);
	return settings.tenants.flatMap((tenant) => {
		const tier = settings.tiers[tenant.tier];
		return tier ? [{ tenant, tier, throttle: planThrottle(tenant, tier, models) }] : [];
	});
}
