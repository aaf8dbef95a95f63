/**
 * The observability plane: alarms, dashboards, saved queries and budgets over what the other two planes made.
 * Changes nothing of them, so it can be judged and rebuilt alone.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../charter/settings.ts";
import { AlarmTopic } from "./parts/alarm-topic.ts";
import type { BoundedFunction } from "./parts/bounded-function.ts";
import { modelTags, sharedTags, teamTags } from "./parts/cost-tags.ts";
import { dashboardBody } from "./parts/dashboard.ts";
import { EndpointAlarms } from "./parts/endpoint-alarms.ts";
import type { FrontDoor } from "./parts/front-door.ts";
import { FunctionAlarms } from "./parts/function-alarms.ts";
import { LOG_QUERIES } from "./parts/log-queries.ts";
import { stackName } from "./parts/names.ts";
import type { RealtimeEndpoint } from "./parts/realtime-endpoint.ts";
import { SloAlarms } from "./parts/slo-alarms.ts";
import { teamBudgets } from "./parts/team-budgets.ts";

export interface ObservabilityPlaneArgs {
	settings: Settings;
	api: FrontDoor;
	endpoints: readonly RealtimeEndpoint[];
	/** What all models share. */
	functions: readonly BoundedFunction[];
}

export class ObservabilityPlane extends pulumi.ComponentResource {
	readonly alarms: AlarmTopic;

	constructor(name: string, args: ObservabilityPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:observability:ObservabilityPlane", name, {}, opts);
		const { settings, functions, endpoints } = args;
		const { alarmEmail } = settings.observability;
		const child = { parent: this };
		const tags = sharedTags(settings);

		this.alarms = new AlarmTopic("alarms", { ...(alarmEmail ? { email: alarmEmail } : {}), tags }, child);
		const { topic } = this.alarms;
		for (const fn of functions) new FunctionAlarms(fn.name, { function: fn.function, topic, tags }, child);
		for (const endpoint of endpoints) this.watch(endpoint, args, topic);
		this.saveQueries([...functions, ...endpoints.map(({ predict }) => predict)]);
		this.setBudgets(settings, topic);
		this.registerOutputs({ alarmTopic: topic.arn });
	}

	/** Alarms and a dashboard for one endpoint. */
	private watch(
		{ model, predict, capacity }: RealtimeEndpoint,
		{ settings, api }: ObservabilityPlaneArgs,
		topic: aws.sns.Topic,
	): void {
		const child = { parent: this };
		const tags = modelTags(settings, model);
		const { restApi, stage } = api;
		new FunctionAlarms(predict.name, { function: predict.function, topic, tags }, child);
		new EndpointAlarms(model.name, { model, restApi, stage, topic, tags }, child);
		new SloAlarms(model.name, { model, topic, tags }, child);
		new aws.cloudwatch.Dashboard(
			`${model.name}-dashboard`,
			{
				dashboardName: stackName(model.name),
				dashboardBody: pulumi
					.output({
						region: aws.getRegionOutput({}, child).region,
						apiName: restApi.name,
						stageName: stage.stageName,
						functionName: predict.function.name,
					})
					.apply((names) => dashboardBody({ ...names, model, reservedConcurrency: capacity.reservedConcurrency })),
			},
			child,
		);
	}

	private saveQueries(functions: readonly BoundedFunction[]): void {
		for (const { name, query } of LOG_QUERIES)
			new aws.cloudwatch.QueryDefinition(
				`query-${name}`,
				{
					// Slashes make folders in the console.
					name: `${pulumi.getProject()}/${pulumi.getStack()}/${name}`,
					queryString: query,
					logGroupNames: functions.map(({ logGroup }) => logGroup.name),
				},
				{ parent: this },
			);
	}

	private setBudgets(settings: Settings, topic: aws.sns.Topic): void {
		const notification = { comparisonOperator: "GREATER_THAN", thresholdType: "PERCENTAGE" };
		for (const { team, monthlyUsd } of teamBudgets(settings.models))
			new aws.budgets.Budget(
				`budget-${team}`,
				{
					budgetType: "COST",
					timeUnit: "MONTHLY",
					limitAmount: String(monthlyUsd),
					limitUnit: "USD",
					costFilters: [{ name: "TagKeyValue", values: [`user:team$${team}`] }],
					notifications: [
						{ ...notification, notificationType: "ACTUAL", threshold: 80, subscriberSnsTopicArns: [topic.arn] },
						{ ...notification, notificationType: "FORECASTED", threshold: 100, subscriberSnsTopicArns: [topic.arn] },
					],
					tags: teamTags(settings, team),
				},
				{ parent: this },
			);
	}
}
