/**
 * What watches one queued model: its queues, its SLO as its workers measure it, its entry in the API, and a dashboard.
 * The functions that all queued models share are watched once, by the plane.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";
import type { BoundedFunction } from "./bounded-function.ts";
import type { FrontDoor } from "./front-door.ts";
import { InferenceWatch } from "./inference-watch.ts";
import { stackName } from "./names.ts";
import { QueueAlarms, queueWatch } from "./queue-alarms.ts";
import { queuedDashboardBody } from "./queued-dashboard.ts";
import type { QueuedEndpoint, ServedSlot } from "./queued-endpoint.ts";
import { SloAlarms } from "./slo-alarms.ts";

export interface QueuedWatchArgs {
	endpoint: QueuedEndpoint;
	submit: BoundedFunction;
	api: FrontDoor;
	topic: aws.sns.Topic;
	tags: CostTags;
}

export class QueuedWatch extends pulumi.ComponentResource {
	/** @param name name of the model */
	constructor(name: string, args: QueuedWatchArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:observability:QueuedWatch", name, {}, opts);
		const child = { parent: this };
		const { endpoint, submit, api, topic, tags } = args;
		const { model, slots, pool } = endpoint;
		for (const { name: slotName, work, inference } of slots) {
			new QueueAlarms(slotName, { ...queueWatch(model, work), topic, tags }, child);
			if (inference) new InferenceWatch(slotName, { inference, model, topic, tags }, child);
		}
		new SloAlarms(name, { model, topic, tags }, child);
		new aws.cloudwatch.Dashboard(
			`${name}-dashboard`,
			{
				dashboardName: stackName(name),
				dashboardBody: pulumi
					.output({
						region: aws.getRegionOutput({}, child).region,
						apiName: api.restApi.name,
						stageName: api.stage.stageName,
						functionName: submit.function.name,
						...(pool ? { clusterName: pool.cluster.name } : {}),
						slots: slots.map(slotFacts),
					})
					.apply((facts) => queuedDashboardBody({ ...facts, model })),
			},
			child,
		);
		this.registerOutputs({});
	}
}

const slotFacts = ({ slot, work, workers, inference }: ServedSlot) => ({
	slot,
	queueName: work.queue.name,
	deadLetterQueueName: work.deadLetters.name,
	...(workers ? { serviceName: workers.service.name } : {}),
	...(inference ? { endpointName: inference.endpoint.name } : {}),
});
