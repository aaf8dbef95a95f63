/**
 * The control plane's acting half: the functions and pipelines that train, evaluate, register and roll out. Made after the data
 * plane, whose slots and queues they move; what is decided lies in the registry, which control-plane.ts makes.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { deliveredModels } from "../charter/delivery.ts";
import { SettingsError } from "../charter/errors.ts";
import type { Settings } from "../charter/settings.ts";
import type { ControlPlane } from "./control-plane.ts";
import type { DataPlane } from "./data-plane.ts";
import { sharedTags } from "./parts/cost-tags.ts";
import { DeliveryFunctions } from "./parts/delivery-functions.ts";
import { fargateCluster } from "./parts/fargate-cluster.ts";
import { pipelineModel } from "./parts/rollout-plan.ts";
import { TrainingPipeline } from "./parts/training-pipeline.ts";

export interface DeliveryArgs {
	settings: Settings;
	control: ControlPlane;
	data: DataPlane;
}

/** A model's pipeline as the stack's outputs tell of it. */
export interface DeployedPipeline {
	name: string;
	/** ARN. */
	stateMachine: pulumi.Output<string>;
}

export class Delivery extends pulumi.ComponentResource {
	/** Undefined where no model has a pipeline. */
	readonly functions: DeliveryFunctions | undefined;
	readonly pipelines: TrainingPipeline[];

	constructor(name: string, args: DeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:control:Delivery", name, {}, opts);
		const child = { parent: this };
		const { settings, control, data } = args;
		const models = deliveredModels(settings);
		const { register, registry, artifacts, events } = control;
		if (models.some(({ train }) => train?.onDataset))
			new aws.s3.BucketNotification("dataset-events", { bucket: artifacts.bucket.bucket, eventbridge: true }, child);
		this.functions =
			models.length > 0
				? new DeliveryFunctions(
						"delivery-functions",
						{ settings, models, registry, artifacts, bus: events, queued: data.queued, runtimeLayer: layerOf(data) },
						child,
					)
				: undefined;
		const trainsInTasks = models.some(({ train }) => train?.kind === "ecs");
		const { network, queued } = data;
		const place =
			trainsInTasks && network
				? { cluster: fargateCluster("training", sharedTags(settings), child), network }
				: undefined;
		const { functions } = this;
		this.pipelines = functions
			? models.map((model) => {
					const endpoint = queued?.endpoints.find((candidate) => candidate.model.name === model.name);
					const told = pipelineModel(model, endpoint);
					const { rollout, judge, evaluate, collect } = functions;
					const called = { rollout, judge, evaluate, register, collect };
					return new TrainingPipeline(
						model.name,
						{ settings, model, told, artifacts, functions: called, place },
						child,
					);
				})
			: [];
		this.registerOutputs({});
	}

	/** As outputs. */
	get deployed(): DeployedPipeline[] {
		return this.pipelines.map(({ model, workflow }) => ({ name: model.name, stateMachine: workflow.arn }));
	}
}

/** It is there wherever a model has a pipeline. */
function layerOf({ runtimeLayer }: DataPlane): aws.lambda.LayerVersion {
	if (runtimeLayer) return runtimeLayer;
	throw new SettingsError("The data plane has made no layer of ONNX Runtime, by which runs are evaluated.");
}
