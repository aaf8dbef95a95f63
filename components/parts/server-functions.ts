/**
 * The two functions behind the API that all models share: `authorize` tells tenants by their tokens, `health` answers
 * about the server. Neither knows a model's version or artifact.
 */
import * as pulumi from "@pulumi/pulumi";
import {
	AUTHORIZE_TIMEOUT_SECONDS,
	type CapacityPlan,
	HEALTH_TIMEOUT_SECONDS,
	realtimeModels,
	servedModels,
} from "../../charter/derive.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { Settings } from "../../charter/settings.ts";
import { BoundedFunction } from "./bounded-function.ts";
import { bundleFunction } from "./bundle.ts";
import { commonEnvironment } from "./common-environment.ts";
import { sharedTags } from "./cost-tags.ts";
import type { OnDemandTable } from "./on-demand-table.ts";

/** Memory buys CPU: with less, importing the AWS clients dominates a cold start. */
const MEMORY_MB = 512;

export interface ServerFunctionsArgs {
	settings: Settings;
	capacity: Pick<CapacityPlan, "authorize" | "health">;
	tenants: OnDemandTable;
	registry: OnDemandTable;
}

export class ServerFunctions extends pulumi.ComponentResource {
	readonly authorize: BoundedFunction;
	readonly health: BoundedFunction;

	constructor(name: string, args: ServerFunctionsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:ServerFunctions", name, {}, opts);
		const { settings, capacity, tenants, registry } = args;
		const child = { parent: this };
		const realtime = realtimeModels(settings).map((model) => model.name);
		const served = servedModels(settings).map((model) => model.name);
		const common = (bundle: string) => ({
			code: new pulumi.asset.FileArchive(bundleFunction(bundle)),
			architecture: settings.architecture,
			memoryMb: MEMORY_MB,
			tags: sharedTags(settings),
			logRetentionDays: settings.observability.logRetentionDays,
		});

		this.authorize = new BoundedFunction(
			"authorize",
			{
				...common("authorize"),
				description: "Tells the tenant of a request by its bearer token",
				timeoutSeconds: AUTHORIZE_TIMEOUT_SECONDS,
				reservedConcurrency: capacity.authorize,
				environment: {
					...commonEnvironment(settings, "authorize"),
					[ENVIRONMENT.servedModels]: served.join(","),
					[ENVIRONMENT.tenantTable]: tenants.table.name,
					[ENVIRONMENT.tiers]: JSON.stringify(settings.tiers),
				},
				grants: [{ actions: ["dynamodb:BatchGetItem"], resources: [tenants.table.arn] }],
			},
			child,
		);
		this.health = new BoundedFunction(
			"health",
			{
				...common("health"),
				description: "Says whether the server and its models are ready",
				timeoutSeconds: HEALTH_TIMEOUT_SECONDS,
				reservedConcurrency: capacity.health,
				environment: {
					...commonEnvironment(settings, "health"),
					[ENVIRONMENT.realtimeModels]: realtime.join(","),
					[ENVIRONMENT.registryTable]: registry.table.name,
				},
				grants: [{ actions: ["dynamodb:BatchGetItem"], resources: [registry.table.arn] }],
				isReleased: true,
			},
			child,
		);
		this.registerOutputs({ authorize: this.authorize.function.name, health: this.health.function.name });
	}
}
