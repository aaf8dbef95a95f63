/** Stages of REST APIs and their method settings. */
import {
	CreateStageCommand,
	DeleteStageCommand,
	GetStageCommand,
	type PatchOperation,
	UpdateStageCommand,
} from "@aws-sdk/client-api-gateway";
import { z } from "zod";
import { type Context, defineType, type Outputs, type ResourceType, tags, unlessGone } from "../resource-type.ts";
import { patchOf } from "./apigateway-patch.ts";
import { apiTagging } from "./apigateway-tagging.ts";

const stageInputs = z.object({
	restApi: z.string(),
	deployment: z.string(),
	stageName: z.string(),
	description: z.string().optional(),
	variables: z.record(z.string(), z.string()).optional(),
	xrayTracingEnabled: z.boolean().optional(),
	accessLogSettings: z.object({ destinationArn: z.string(), format: z.string() }).optional(),
	...tags,
});
type StageInputs = z.output<typeof stageInputs>;

const stageOutputs = ({ restApi, stageName }: StageInputs, { endpoint, region, accountId }: Context): Outputs => ({
	arn: `arn:aws:apigateway:${region}::/restapis/${restApi}/stages/${stageName}`,
	executionArn: `arn:aws:execute-api:${region}:${accountId}:${restApi}/${stageName}`,
	invokeUrl: `${endpoint}/_aws/execute-api/${restApi}/${stageName}`,
});

const accessLogPatch = (settings: StageInputs["accessLogSettings"]): PatchOperation[] => {
	if (settings === undefined) return [{ op: "remove", path: "/accessLogSettings" }];
	// AWS takes a log group's ARN without the ":*" that IAM policies want.
	const destinationArn = settings.destinationArn.replace(/:\*$/, "");
	return [
		{ op: "replace", path: "/accessLogSettings/destinationArn", value: destinationArn },
		{ op: "replace", path: "/accessLogSettings/format", value: settings.format },
	];
};

const stage = defineType({
	inputs: stageInputs,
	replaceOn: ["restApi", "stageName"],
	identity: ["restApi", "stageName"],
	async create(inputs, context) {
		const place = { restApiId: inputs.restApi, stageName: inputs.stageName };
		await context.clients.apigateway.send(
			new CreateStageCommand({
				...place,
				deploymentId: inputs.deployment,
				description: inputs.description,
				variables: inputs.variables,
				tracingEnabled: inputs.xrayTracingEnabled,
				tags: inputs.tagsAll,
			}),
		);
		if (inputs.accessLogSettings !== undefined)
			await context.clients.apigateway.send(
				new UpdateStageCommand({ ...place, patchOperations: accessLogPatch(inputs.accessLogSettings) }),
			);
		return { id: `ags-${inputs.restApi}-${inputs.stageName}`, outputs: stageOutputs(inputs, context) };
	},
	read: async (_, inputs, context) => {
		const call = new GetStageCommand({ restApiId: inputs.restApi, stageName: inputs.stageName });
		return (await unlessGone(context.clients.apigateway.send(call))) && stageOutputs(inputs, context);
	},
	async update(_, news, olds, context) {
		const keys = ["deployment", "description", "xrayTracingEnabled"] as const;
		const names = { deployment: "/deploymentId", description: "/description", xrayTracingEnabled: "/tracingEnabled" };
		const variables = [...new Set([...Object.keys(news.variables ?? {}), ...Object.keys(olds.variables ?? {})])];
		const patchOperations = [
			...patchOf(keys, news, olds, (key) => names[key]),
			...patchOf(variables, news.variables ?? {}, olds.variables ?? {}, (key) => `/variables/${key}`),
			...(JSON.stringify(news.accessLogSettings) === JSON.stringify(olds.accessLogSettings)
				? []
				: accessLogPatch(news.accessLogSettings)),
		];
		await context.clients.apigateway.send(
			new UpdateStageCommand({ restApiId: news.restApi, stageName: news.stageName, patchOperations }),
		);
		return stageOutputs(news, context);
	},
	delete: (_, { restApi, stageName }, { clients }) =>
		clients.apigateway.send(new DeleteStageCommand({ restApiId: restApi, stageName })),
	tagging: (_, { restApi, stageName }, context) => apiTagging(context, `/restapis/${restApi}/stages/${stageName}`),
});

const SETTING_PATHS = {
	throttlingRateLimit: "throttling/rateLimit",
	throttlingBurstLimit: "throttling/burstLimit",
	metricsEnabled: "metrics/enabled",
	loggingLevel: "logging/loglevel",
	dataTraceEnabled: "logging/dataTrace",
	cachingEnabled: "caching/enabled",
} as const;
const SETTINGS = Object.keys(SETTING_PATHS) as (keyof typeof SETTING_PATHS)[];

const methodSettingsInputs = z.object({
	restApi: z.string(),
	stageName: z.string(),
	methodPath: z.string(),
	settings: z.object({
		throttlingRateLimit: z.number().optional(),
		throttlingBurstLimit: z.number().optional(),
		metricsEnabled: z.boolean().optional(),
		loggingLevel: z.string().optional(),
		dataTraceEnabled: z.boolean().optional(),
		cachingEnabled: z.boolean().optional(),
	}),
});
type MethodSettingsInputs = z.output<typeof methodSettingsInputs>;

/** `*` + `/*` stays as it is; in the path of one method each slash but the last is escaped. */
function settingsPath(methodPath: string): string {
	const slash = methodPath.lastIndexOf("/");
	return `/${methodPath.slice(0, slash).replaceAll("/", "~1")}/${methodPath.slice(slash + 1)}`;
}

const changeSettings = (
	{ clients }: Context,
	{ restApi, stageName, methodPath, settings }: MethodSettingsInputs,
	olds: MethodSettingsInputs["settings"],
) =>
	clients.apigateway.send(
		new UpdateStageCommand({
			restApiId: restApi,
			stageName,
			patchOperations: patchOf(SETTINGS, settings, olds, (key) => `${settingsPath(methodPath)}/${SETTING_PATHS[key]}`),
		}),
	);

const methodSettings = defineType({
	inputs: methodSettingsInputs,
	replaceOn: ["restApi", "stageName", "methodPath"],
	identity: ["restApi", "stageName", "methodPath"],
	async create(inputs, context) {
		await changeSettings(context, inputs, {});
		return { id: `${inputs.restApi}-${inputs.stageName}-${inputs.methodPath}`, outputs: {} };
	},
	read: async (_, { restApi, stageName, methodPath }, { clients }) => {
		const call = new GetStageCommand({ restApiId: restApi, stageName });
		const found = await unlessGone(clients.apigateway.send(call));
		return found?.methodSettings?.[methodPath] ? {} : undefined;
	},
	async update(_, news, olds, context) {
		await changeSettings(context, news, olds.settings);
		return {};
	},
	delete: (_, { restApi, stageName, methodPath }, { clients }) =>
		clients.apigateway.send(
			new UpdateStageCommand({
				restApiId: restApi,
				stageName,
				patchOperations: [{ op: "remove", path: settingsPath(methodPath) }],
			}),
		),
});

export const API_STAGE_TYPES: Record<string, ResourceType> = {
	"aws:apigateway/stage:Stage": stage,
	"aws:apigateway/methodSettings:MethodSettings": methodSettings,
};
