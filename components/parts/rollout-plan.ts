/**
 * What a model's rollouts go by, from its settings and from where its slots are. What its steps do with it is the functions'.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Slot } from "../../charter/jobs.ts";
import type { PipelineModel } from "../../charter/pipeline.ts";
import { type RolloutPlan, SLOW_BUDGET } from "../../charter/rollout.ts";
import type { ModelSettings } from "../../charter/settings.ts";
import { burnAlarmNames } from "./burn-rate.ts";
import type { QueuedEndpoint } from "./queued-endpoint.ts";

/**
 * @param queued of a queued model
 * @returns what the functions are told of the model in each step
 */
export function pipelineModel(model: ModelSettings, queued: QueuedEndpoint | undefined): pulumi.Output<PipelineModel> {
	const { name, evaluate, train, serve } = model;
	const common = { model: name, evaluate, ...(train ? { trainImage: train.image } : {}) };
	if (serve === "batch") return pulumi.output(common);
	return pulumi.output({ ...common, plan: planOf(model, serve, queued) });
}

function planOf(
	model: ModelSettings,
	serve: RolloutPlan["serve"],
	queued: QueuedEndpoint | undefined,
): pulumi.Output<RolloutPlan> {
	const { weights, intervalSeconds, alpha, mirrorPct, sticky, approval, outcomes, bounds } = model.rollout;
	const { disagreementRate, costFactor } = bounds;
	const known = {
		serve,
		weights,
		intervalSeconds,
		alpha,
		mirrorPct,
		sticky,
		approval,
		outcomes,
		rps: model.traffic.rps,
		bounds: { errorRate: model.slo.errorRate, slowRate: SLOW_BUDGET, disagreementRate, costFactor },
		burnAlarms: burnAlarmNames(model),
	};
	return queued ? pulumi.output({ ...known, slots: placesOf(queued) }) : pulumi.output(known);
}

const placesOf = ({ slots, pool }: QueuedEndpoint): Partial<Record<Slot, pulumi.Input<SlotPlaceOutputs>>> =>
	Object.fromEntries(
		slots.map(({ slot, work, workers }) => [
			slot,
			{
				queueUrl: work.queue.url,
				deadLetterQueueUrl: work.deadLetters.url,
				...(pool && workers ? { cluster: pool.cluster.name, service: workers.service.name } : {}),
			},
		]),
	);

interface SlotPlaceOutputs {
	queueUrl: pulumi.Output<string>;
	deadLetterQueueUrl: pulumi.Output<string>;
	cluster?: pulumi.Output<string>;
	service?: pulumi.Output<string>;
}
