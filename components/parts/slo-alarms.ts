/**
 * Burn-rate alarms of one model: each is a composite of a long window, which shows that it matters, and a short one,
 * which shows that it still goes on. Only the composites tell people.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ModelSettings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import { BURN_RATES, badShareQueries, burnName, burnThreshold, objectives } from "./burn-rate.ts";
import { stackName } from "./names.ts";

export interface SloAlarmsArgs {
	model: Pick<ModelSettings, "name" | "slo">;
	topic: aws.sns.Topic;
	tags: CostTags;
}

export class SloAlarms extends pulumi.ComponentResource {
	/** @param name name of the model */
	constructor(name: string, args: SloAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:observability:SloAlarms", name, {}, opts);
		const { model, topic, tags } = args;
		for (const objective of objectives(model))
			for (const burn of BURN_RATES) {
				const burning = burnName(name, objective, burn);
				const threshold = burnThreshold(objective, burn);
				const share = (window: string, seconds: number) =>
					new aws.cloudwatch.MetricAlarm(
						`${burning}-${window}`,
						{
							alarmDescription: `Share of bad requests (${objective.name}) on ${model.name} over ${seconds / 60} minutes; part of ${stackName(burning)}.`,
							metricQueries: badShareQueries(model.name, objective, seconds),
							evaluationPeriods: 1,
							comparisonOperator: "GreaterThanThreshold",
							threshold,
							treatMissingData: "notBreaching",
							tags,
						},
						{ parent: this },
					);
				const long = share("long", burn.longSeconds);
				const short = share("short", burn.shortSeconds);
				new aws.cloudwatch.CompositeAlarm(
					burning,
					{
						alarmName: stackName(burning),
						alarmDescription: `${model.name} spends its monthly budget of ${objective.budget} (${objective.name}) ${burn.factor} times too fast. Look at the versions on its dashboard, and roll back the one that burns.`,
						alarmRule: pulumi.interpolate`ALARM("${long.name}") AND ALARM("${short.name}")`,
						alarmActions: [topic.arn],
						okActions: [topic.arn],
						tags,
					},
					{ parent: this },
				);
			}
		this.registerOutputs({});
	}
}
