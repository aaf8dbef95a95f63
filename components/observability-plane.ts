/**
 * The observability plane: alarms, dashboards, saved queries and budgets over what the other two planes made.
 * Changes nothing of them, so it can be judged and rebuilt alone.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { CALLBACK_AGE_MAX_SECONDS } from "../charter/queued.ts";
import type { Settings } from "../charter/settings.ts";
import type { CostTags } from "../charter/tags.ts";
import type { Delivery } from "./delivery.ts";
import { AlarmTopic } from "./parts/alarm-topic.ts";
import { BatchAlarms } from "./parts/batch-alarms.ts";
import type { BatchPath } from "./parts/batch-path.ts";
import type { BoundedFunction } from "./parts/bounded-function.ts";
import type { CodeRelease } from "./parts/code-release.ts";
import { modelTags, sharedTags, teamTags } from "./parts/cost-tags.ts";
import { dashboardBody } from "./parts/dashboard.ts";
import { DeliveryWatch } from "./parts/delivery-watch.ts";
import { EndpointAlarms } from "./parts/endpoint-alarms.ts";
import type { FrontDoor } from "./parts/front-door.ts";
import { FunctionAlarms } from "./parts/function-alarms.ts";
import { LOG_QUERIES } from "./parts/log-queries.ts";
import { stackName } from "./parts/names.ts";
import { QueueAlarms, queueWatch } from "./parts/queue-alarms.ts";
import type { QueuedPath } from "./parts/queued-path.ts";
import { QueuedWatch } from "./parts/queued-watch.ts";
import type { RealtimeEndpoint } from "./parts/realtime-endpoint.ts";
import type { Shadow } from "./parts/shadow.ts";
import { SloAlarms } from "./parts/slo-alarms.ts";
import { teamBudgets } from "./parts/team-budgets.ts";
import { workflowAlarm } from "./parts/workflow-alarm.ts";

export interface ObservabilityPlaneArgs {
	settings: Settings;
	api: FrontDoor;
	endpoints: readonly RealtimeEndpoint[];
	/** Undefined where no model has jobs. */
	queued?: QueuedPath | undefined;
	/** Undefined without a batch model. */
	batch?: BatchPath | undefined;
	/** Undefined where every model is a batch one. */
	shadow?: Shadow | undefined;
	/** Absent: nothing is trained or rolled out. */
	delivery?: Delivery;
	events?: aws.cloudwatch.EventBus;
	/** Absent: no code is released. */
	release?: CodeRelease;
	/** What all models share. */
	functions: readonly BoundedFunction[];
}

type LogWriter = Pick<BoundedFunction, "logGroup">;

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
		const ofQueued = args.queued ? this.watchQueued(args.queued, args, topic) : [];
		const ofBatch = this.watchBatch(args, topic);
		const ofDelivery = this.watchDelivery(args, topic);
		const ofRelease = args.release ? this.watchRelease(args.release, tags, topic) : [];
		const predicts = endpoints.map(({ predict }) => predict);
		this.saveQueries([...functions, ...predicts, ...ofQueued, ...ofBatch, ...ofDelivery, ...ofRelease]);
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

	/** Alarms on what queued models share, and a watch on each; gives what writes their logs. */
	private watchQueued(
		{ functions, store, endpoints, overflows }: QueuedPath,
		{ settings, api }: ObservabilityPlaneArgs,
		topic: aws.sns.Topic,
	): LogWriter[] {
		const child = { parent: this };
		const shared = {
			topic,
			tags: sharedTags(settings),
			remedy: "Read the messages, and the function's log group by the job's id.",
		};
		for (const fn of functions.all) new FunctionAlarms(fn.name, { ...shared, function: fn.function }, child);
		const { queue, deadLetters } = store.callbacks;
		const waiting = { queue, maxSeconds: CALLBACK_AGE_MAX_SECONDS };
		new QueueAlarms("callbacks", { ...shared, waiting, deadLetters }, child);
		const { name: sweep, failures } = functions.sweep;
		if (failures) new QueueAlarms(sweep, { ...shared, deadLetters: failures }, child);
		const { submit } = functions;
		for (const endpoint of endpoints) {
			const { model } = endpoint;
			if (submit)
				new QueuedWatch(model.name, { endpoint, submit, api, topic, tags: modelTags(settings, model) }, child);
		}
		for (const { model, work, worker } of overflows) {
			const own = { topic, tags: modelTags(settings, model) };
			new FunctionAlarms(worker.name, { ...own, function: worker.function }, child);
			new QueueAlarms(worker.name, { ...own, ...queueWatch(model, work) }, child);
		}
		return [
			...functions.all,
			...overflows.map(({ worker }) => worker),
			...endpoints.flatMap(({ logWriters }) => logWriters),
		];
	}

	/** Alarms for each batch model; gives what writes its logs. */
	private watchBatch({ settings, batch }: ObservabilityPlaneArgs, topic: aws.sns.Topic): LogWriter[] {
		const child = { parent: this };
		return (batch?.pipelines ?? []).flatMap((pipeline) => {
			const { model, functions, container } = pipeline;
			const tags = modelTags(settings, model);
			new BatchAlarms(model.name, { pipeline, topic, tags }, child);
			const all = Object.values(functions);
			for (const fn of all) new FunctionAlarms(fn.name, { function: fn.function, topic, tags }, child);
			return container ? [...all, container] : all;
		});
	}

	/** A watch on training and rollouts; gives what writes their logs. */
	private watchDelivery(
		{ settings, delivery, events, shadow }: ObservabilityPlaneArgs,
		topic: aws.sns.Topic,
	): readonly LogWriter[] {
		if (!delivery || !events) return [];
		return new DeliveryWatch("delivery-watch", { settings, delivery, shadow, events, topic }, { parent: this })
			.logWriters;
	}

	/** Alarms on the releases of code; gives what writes their log. A version that was taken back is a good end, and an event. */
	private watchRelease({ mover, workflow }: CodeRelease, tags: CostTags, topic: aws.sns.Topic): LogWriter[] {
		const child = { parent: this };
		new FunctionAlarms(mover.name, { function: mover.function, topic, tags }, child);
		workflowAlarm(
			"release-failed",
			{
				workflow,
				alarmDescription:
					"A release of code has failed, and whether its version serves is not sure. Read the execution, and where the alias live points to.",
				label: "Releases that failed",
				topic,
				tags,
			},
			child,
		);
		return [mover];
	}

	private saveQueries(writers: readonly LogWriter[]): void {
		for (const { name, query } of LOG_QUERIES)
			new aws.cloudwatch.QueryDefinition(
				`query-${name}`,
				{
					// Slashes make folders in the console.
					name: `${pulumi.getProject()}/${pulumi.getStack()}/${name}`,
					queryString: query,
					logGroupNames: writers.map(({ logGroup }) => logGroup.name),
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
