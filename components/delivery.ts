/**
 * The control plane's acting half: the functions and pipelines that train, evaluate, register and roll out. Made after the data
 * plane, whose slots and queues they move; what is decided lies in the registry, which control-plane.ts makes.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
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
	/** Whether it can train; else it rolls registered versions out. */
	trains: boolean;
}

export class Delivery extends pulumi.ComponentResource {
	readonly functions: DeliveryFunctions;
	/** One for each model. */
	readonly pipelines: TrainingPipeline[];

	constructor(name: string, args: DeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:control:Delivery", name, {}, opts);
		const child = { parent: this };
		const { settings, control, data } = args;
		const { models } = settings;
		const { register, registry, artifacts, events } = control;
		if (models.some(({ train }) => train?.onDataset))
			new aws.s3.BucketNotification("dataset-events", { bucket: artifacts.bucket.bucket, eventbridge: true }, child);
		const { network, queued, runtimeLayer } = data;
		this.functions = new DeliveryFunctions(
			"delivery-functions",
			{ settings, registry, artifacts, bus: events, queued, runtimeLayer },
			child,
		);
		const trainsInTasks = models.some(({ train }) => train?.kind === "ecs");
		const place =
			trainsInTasks && network
				? { cluster: fargateCluster("training", sharedTags(settings), child), network }
				: undefined;
		const { rollout, judge, evaluate, collect } = this.functions;
		const functions = { rollout, judge, evaluate, register, collect };
		this.pipelines = models.map((model) => {
			const endpoint = queued?.endpoints.find((candidate) => candidate.model.name === model.name);
			const told = pipelineModel(model, endpoint);
			return new TrainingPipeline(model.name, { settings, model, told, artifacts, functions, place }, child);
		});
		this.registerOutputs({});
	}

	/** As outputs. */
	get deployed(): DeployedPipeline[] {
		return this.pipelines.map(({ model, workflow }) => ({
			name: model.name,
			stateMachine: workflow.arn,
			trains: model.train !== undefined,
		}));
	}
}
