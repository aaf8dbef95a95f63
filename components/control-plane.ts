/**
 * The control plane: the registry of models and versions, the artifacts, the function that registers a training run, and
 * the bus on which it tells of it.
 * Serves no prediction: the data plane only reads what is decided here.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { planCapacity, REGISTER_TIMEOUT_SECONDS } from "../charter/derive.ts";
import { ENVIRONMENT } from "../charter/environment.ts";
import { ARTIFACT_PREFIX, STAGING_PREFIX } from "../charter/registry.ts";
import type { Settings } from "../charter/settings.ts";
import { ArtifactStore } from "./parts/artifact-store.ts";
import { BoundedFunction } from "./parts/bounded-function.ts";
import { bundleFunction } from "./parts/bundle.ts";
import { commonEnvironment } from "./parts/common-environment.ts";
import { sharedTags } from "./parts/cost-tags.ts";
import { eventBus, tellGrants } from "./parts/event-bus.ts";
import { OnDemandTable } from "./parts/on-demand-table.ts";

/** A run's artifact is read whole, hashed and copied. */
const REGISTER_MEMORY_MB = 1024;

export interface ControlPlaneArgs {
	settings: Settings;
}

export class ControlPlane extends pulumi.ComponentResource {
	readonly registry: OnDemandTable;
	readonly artifacts: ArtifactStore;
	readonly register: BoundedFunction;
	/** On which the platform tells of models and rollouts. */
	readonly events: aws.cloudwatch.EventBus;

	/** @throws {SettingsError} where the settings ask for what AWS cannot give, before anything is registered */
	constructor(name: string, args: ControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
		const { settings } = args;
		const capacity = planCapacity(settings);
		super("triplane:control:ControlPlane", name, {}, opts);
		const child = { parent: this };
		const tags = sharedTags(settings);

		this.registry = new OnDemandTable(
			"registry",
			{ hasSortKey: true, isRecoverable: true, isRetained: true, tags },
			child,
		);
		this.artifacts = new ArtifactStore("artifacts", { tags }, child);
		this.events = eventBus("events", tags, child);
		const { table } = this.registry;
		const { bucket } = this.artifacts;
		this.register = new BoundedFunction(
			"register",
			{
				description: "Registers a training run as a version of its model",
				code: new pulumi.asset.FileArchive(bundleFunction("register")),
				architecture: settings.architecture,
				memoryMb: REGISTER_MEMORY_MB,
				timeoutSeconds: REGISTER_TIMEOUT_SECONDS,
				reservedConcurrency: capacity.register,
				environment: {
					...commonEnvironment(settings, "register"),
					[ENVIRONMENT.registryTable]: table.name,
					[ENVIRONMENT.artifactBucket]: bucket.bucket,
					[ENVIRONMENT.eventBus]: this.events.name,
				},
				grants: [
					// A transaction of puts is authorised as puts.
					{ actions: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"], resources: [table.arn] },
					{ actions: ["s3:GetObject"], resources: [pulumi.interpolate`${bucket.arn}/${STAGING_PREFIX}*`] },
					{ actions: ["s3:PutObject"], resources: [pulumi.interpolate`${bucket.arn}/${ARTIFACT_PREFIX}*`] },
					...tellGrants(this.events),
				],
				tags,
				logRetentionDays: settings.observability.logRetentionDays,
			},
			child,
		);
		this.registerOutputs({ registryTable: table.name, artifactBucket: bucket.bucket });
	}
}
