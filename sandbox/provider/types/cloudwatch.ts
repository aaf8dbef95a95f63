/** CloudWatch alarms, on metrics and of other alarms. */
import {
	type ComparisonOperator,
	DeleteAlarmsCommand,
	DescribeAlarmsCommand,
	PutCompositeAlarmCommand,
	PutMetricAlarmCommand,
	type StandardUnit,
	type Statistic,
	TagResourceCommand,
	UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import { type Context, defineType, type ResourceType, tags } from "../resource-type.ts";
import { dashboard } from "./dashboards.ts";
import { logGroup } from "./log-groups.ts";
import { tagList } from "./tag-lists.ts";

const alarmArn = ({ region, accountId }: Context, name: string): string =>
	`arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`;

const alarmTagging = (context: Context, name: string) => {
	const ResourceARN = alarmArn(context, name);
	return {
		set: (all: Record<string, string>) =>
			context.clients.cloudwatch.send(new TagResourceCommand({ ResourceARN, Tags: tagList(all) })),
		unset: (TagKeys: string[]) => context.clients.cloudwatch.send(new UntagResourceCommand({ ResourceARN, TagKeys })),
	};
};

async function alarmExists({ clients }: Context, name: string): Promise<boolean> {
	const { MetricAlarms = [], CompositeAlarms = [] } = await clients.cloudwatch.send(
		new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ["MetricAlarm", "CompositeAlarm"] }),
	);
	return MetricAlarms.length + CompositeAlarms.length > 0;
}

const arns = z.array(z.string()).optional();
const actions = {
	actionsEnabled: z.boolean().optional(),
	alarmDescription: z.string().optional(),
	alarmActions: arns,
	okActions: arns,
	insufficientDataActions: arns,
};
const dimensions = z.record(z.string(), z.string()).optional();
const dimensionList = (all: Record<string, string> | undefined) =>
	all && Object.entries(all).map(([Name, Value]) => ({ Name, Value }));

const alarmInputs = z.object({
	name: z.string(),
	...actions,
	comparisonOperator: z.string(),
	evaluationPeriods: z.number(),
	datapointsToAlarm: z.number().optional(),
	threshold: z.number().optional(),
	thresholdMetricId: z.string().optional(),
	metricName: z.string().optional(),
	namespace: z.string().optional(),
	dimensions,
	period: z.number().optional(),
	statistic: z.string().optional(),
	extendedStatistic: z.string().optional(),
	unit: z.string().optional(),
	treatMissingData: z.string().optional(),
	metricQueries: z
		.array(
			z.object({
				id: z.string(),
				expression: z.string().optional(),
				label: z.string().optional(),
				period: z.number().optional(),
				returnData: z.boolean().optional(),
				metric: z
					.object({
						metricName: z.string(),
						namespace: z.string().optional(),
						period: z.number(),
						stat: z.string(),
						unit: z.string().optional(),
						dimensions,
					})
					.optional(),
			}),
		)
		.optional(),
	...tags,
});
type AlarmInputs = z.output<typeof alarmInputs>;

const putAlarm = ({ clients }: Context, inputs: AlarmInputs) =>
	clients.cloudwatch.send(
		new PutMetricAlarmCommand({
			AlarmName: inputs.name,
			AlarmDescription: inputs.alarmDescription,
			ActionsEnabled: inputs.actionsEnabled,
			AlarmActions: inputs.alarmActions,
			OKActions: inputs.okActions,
			InsufficientDataActions: inputs.insufficientDataActions,
			ComparisonOperator: inputs.comparisonOperator as ComparisonOperator,
			EvaluationPeriods: inputs.evaluationPeriods,
			DatapointsToAlarm: inputs.datapointsToAlarm,
			Threshold: inputs.threshold,
			ThresholdMetricId: inputs.thresholdMetricId,
			MetricName: inputs.metricName,
			Namespace: inputs.namespace,
			Dimensions: dimensionList(inputs.dimensions),
			Period: inputs.period,
			Statistic: inputs.statistic as Statistic | undefined,
			ExtendedStatistic: inputs.extendedStatistic,
			Unit: inputs.unit as StandardUnit | undefined,
			TreatMissingData: inputs.treatMissingData,
			Metrics: inputs.metricQueries?.map(({ metric, ...query }) => ({
				Id: query.id,
				Expression: query.expression,
				Label: query.label,
				Period: query.period,
				ReturnData: query.returnData ?? false,
				MetricStat: metric && {
					Metric: {
						MetricName: metric.metricName,
						Namespace: metric.namespace,
						Dimensions: dimensionList(metric.dimensions),
					},
					Period: metric.period,
					Stat: metric.stat,
					Unit: metric.unit as StandardUnit | undefined,
				},
			})),
			Tags: tagList(inputs.tagsAll),
		}),
	);

const compositeInputs = z.object({ alarmName: z.string(), alarmRule: z.string(), ...actions, ...tags });
const putComposite = ({ clients }: Context, inputs: z.output<typeof compositeInputs>) =>
	clients.cloudwatch.send(
		new PutCompositeAlarmCommand({
			AlarmName: inputs.alarmName,
			AlarmRule: inputs.alarmRule,
			AlarmDescription: inputs.alarmDescription,
			ActionsEnabled: inputs.actionsEnabled,
			AlarmActions: inputs.alarmActions,
			OKActions: inputs.okActions,
			InsufficientDataActions: inputs.insufficientDataActions,
			Tags: tagList(inputs.tagsAll),
		}),
	);

/** A kind of alarm: both kinds have names, ARNs and tags alike. */
const alarmType = <I>(
	inputs: z.ZodType<I>,
	nameProperty: "name" | "alarmName",
	nameOf: (inputs: I) => string,
	put: (context: Context, inputs: I) => Promise<unknown>,
): ResourceType =>
	defineType({
		inputs,
		replaceOn: [nameProperty],
		identity: [nameProperty],
		async create(alarm, context) {
			await put(context, alarm);
			return { id: nameOf(alarm), outputs: { arn: alarmArn(context, nameOf(alarm)) } };
		},
		read: async (id, _, context) => ((await alarmExists(context, id)) ? { arn: alarmArn(context, id) } : undefined),
		async update(id, news, _, context) {
			await put(context, news);
			return { arn: alarmArn(context, id) };
		},
		delete: (id, _, { clients }) => clients.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [id] })),
		tagging: (id, _, context) => alarmTagging(context, id),
	});

export const CLOUDWATCH_TYPES: Record<string, ResourceType> = {
	"aws:cloudwatch/metricAlarm:MetricAlarm": alarmType(alarmInputs, "name", ({ name }) => name, putAlarm),
	"aws:cloudwatch/compositeAlarm:CompositeAlarm": alarmType(
		compositeInputs,
		"alarmName",
		({ alarmName }) => alarmName,
		putComposite,
	),
	"aws:cloudwatch/dashboard:Dashboard": dashboard,
	"aws:cloudwatch/logGroup:LogGroup": logGroup,
};
