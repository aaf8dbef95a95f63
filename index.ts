/**
 * The program: settings in, three planes built, outputs out.
 * No logic here: what follows from the settings is worked out in components/.
 */
import * as pulumi from "@pulumi/pulumi";
import { parseSettings } from "./charter/settings.ts";
import { ControlPlane } from "./components/control-plane.ts";
import { DataPlane } from "./components/data-plane.ts";
import { Delivery } from "./components/delivery.ts";
import { ObservabilityPlane } from "./components/observability-plane.ts";
import { CodeRelease } from "./components/parts/code-release.ts";
import { rawSettings } from "./components/parts/raw-settings.ts";

/** Registers the platform of the current stack. The language host and the Automation API call it once a run. */
export default async function program() {
	const settings = parseSettings(rawSettings(pulumi.runtime.allConfig()), `Pulumi.${pulumi.getStack()}.yaml`);

	const control = new ControlPlane("control", { settings });
	const data = new DataPlane("data", { settings, registry: control.registry, artifacts: control.artifacts });
	const delivery = new Delivery("delivery", { settings, control, data });
	const release = new CodeRelease("release", { settings, functions: data.released, bus: control.events });
	new ObservabilityPlane("observability", {
		settings,
		api: data.api,
		endpoints: data.endpoints,
		batch: data.batch,
		queued: data.queued,
		shadow: data.shadow,
		delivery,
		events: control.events,
		release,
		functions: [control.register, data.server.authorize, data.server.health],
	});

	return {
		url: data.api.url,
		registryTable: control.registry.table.name,
		artifactBucket: control.artifacts.bucket.bucket,
		featureTable: data.features.table.name,
		tenantTable: data.tenants.table.name,
		throttleTable: data.throttle.table.name,
		registerFunction: control.register.function.name,
		rolloutFunction: delivery.functions.rollout.function.name,
		pipelines: delivery.deployed,
		eventBus: control.events.name,
		shadowQueueUrl: data.shadow?.work.queue.url,
		models: data.models,
		batchModels: data.batch?.models ?? [],
		jobsTable: data.queued?.store.table.table.name,
		jobsBucket: data.queued?.store.payloads.bucket.bucket,
		queuedModels: data.queued?.slots ?? [],
		tenants: settings.tenants.map(({ name }) => name),
	};
}
