/** Usage plans and API keys of REST APIs. */
import {
	type ApiKey,
	CreateApiKeyCommand,
	CreateUsagePlanCommand,
	CreateUsagePlanKeyCommand,
	DeleteApiKeyCommand,
	DeleteUsagePlanCommand,
	DeleteUsagePlanKeyCommand,
	GetApiKeyCommand,
	GetUsagePlanCommand,
	GetUsagePlanKeyCommand,
	type PatchOperation,
	UpdateApiKeyCommand,
	UpdateUsagePlanCommand,
} from "@aws-sdk/client-api-gateway";
import { z } from "zod";
import { type Context, defineType, type ResourceType, tags, unlessGone } from "../resource-type.ts";
import { patchOf } from "./apigateway-patch.ts";
import { apiArn, apiTagging } from "./apigateway-tagging.ts";

const throttle = z.object({ burstLimit: z.number().optional(), rateLimit: z.number().optional() });
const planInputs = z.object({
	name: z.string(),
	description: z.string().optional(),
	apiStages: z
		.array(
			z.object({
				apiId: z.string(),
				stage: z.string(),
				throttles: z.array(throttle.extend({ path: z.string() })).optional(),
			}),
		)
		.optional(),
	throttleSettings: throttle.optional(),
	quotaSettings: z
		.object({ limit: z.number(), offset: z.number().optional(), period: z.enum(["DAY", "WEEK", "MONTH"]) })
		.optional(),
	...tags,
});
type PlanInputs = z.output<typeof planInputs>;

const stagesOf = ({ apiStages }: PlanInputs) =>
	apiStages?.map(({ apiId, stage, throttles }) => ({
		apiId,
		stage,
		...(throttles && { throttle: Object.fromEntries(throttles.map(({ path, ...limits }) => [path, limits])) }),
	}));

function planPatch(news: PlanInputs, olds: PlanInputs): PatchOperation[] {
	const key = ({ apiId, stage }: { apiId: string; stage: string }) => `${apiId}:${stage}`;
	const newStages = (news.apiStages ?? []).map(key);
	const oldStages = (olds.apiStages ?? []).map(key);
	const stageOps = [
		...oldStages.filter((each) => !newStages.includes(each)).map((value) => ({ op: "remove" as const, value })),
		...newStages.filter((each) => !oldStages.includes(each)).map((value) => ({ op: "add" as const, value })),
	].map((op) => ({ ...op, path: "/apiStages" }));
	const section = (path: "throttle" | "quota", now: object | undefined, then: object | undefined): PatchOperation[] => {
		if (now === undefined) return then === undefined ? [] : [{ op: "remove", path: `/${path}` }];
		return patchOf(Object.keys({ ...then, ...now }), { ...now }, { ...then }, (name) => `/${path}/${name}`);
	};
	return [
		...patchOf(["name", "description"], news, olds),
		...stageOps,
		...section("throttle", news.throttleSettings, olds.throttleSettings),
		...section("quota", news.quotaSettings, olds.quotaSettings),
	];
}

const usagePlan = defineType({
	inputs: planInputs,
	replaceOn: ["productCode"],
	async create(inputs, context) {
		const made = await context.clients.apigateway.send(
			new CreateUsagePlanCommand({
				name: inputs.name,
				description: inputs.description,
				apiStages: stagesOf(inputs),
				throttle: inputs.throttleSettings,
				quota: inputs.quotaSettings,
				tags: inputs.tagsAll,
			}),
		);
		return { id: made.id ?? "", outputs: { arn: apiArn(context, `/usageplans/${made.id}`) } };
	},
	read: async (id, _, context) => {
		const found = await unlessGone(context.clients.apigateway.send(new GetUsagePlanCommand({ usagePlanId: id })));
		return found && { arn: apiArn(context, `/usageplans/${id}`) };
	},
	async update(id, news, olds, context) {
		const patchOperations = planPatch(news, olds);
		await context.clients.apigateway.send(new UpdateUsagePlanCommand({ usagePlanId: id, patchOperations }));
		return { arn: apiArn(context, `/usageplans/${id}`) };
	},
	async delete(id, inputs, { clients }) {
		// AWS refuses to delete a plan that still has stages.
		const patchOperations = planPatch({ ...inputs, apiStages: [] }, inputs);
		if (patchOperations.length > 0)
			await clients.apigateway.send(new UpdateUsagePlanCommand({ usagePlanId: id, patchOperations }));
		await clients.apigateway.send(new DeleteUsagePlanCommand({ usagePlanId: id }));
	},
	tagging: (id, _, context) => apiTagging(context, `/usageplans/${id}`),
});

const keyOutputs = (id: string, key: ApiKey, context: Context) => ({
	arn: apiArn(context, `/apikeys/${id}`),
	value: key.value,
	createdDate: key.createdDate?.toISOString(),
	lastUpdatedDate: key.lastUpdatedDate?.toISOString(),
});

const apiKey = defineType({
	inputs: z.object({
		name: z.string(),
		description: z.string().optional(),
		enabled: z.boolean().optional(),
		value: z.string().optional(),
		customerId: z.string().optional(),
		...tags,
	}),
	replaceOn: ["value"],
	async create({ tagsAll, ...inputs }, context) {
		const made = await context.clients.apigateway.send(new CreateApiKeyCommand({ ...inputs, tags: tagsAll }));
		const id = made.id ?? "";
		return { id, outputs: keyOutputs(id, made, context) };
	},
	read: async (id, _, context) => {
		const call = new GetApiKeyCommand({ apiKey: id, includeValue: true });
		const found = await unlessGone(context.clients.apigateway.send(call));
		return found && keyOutputs(id, found, context);
	},
	async update(id, news, olds, context) {
		const patchOperations = patchOf(["name", "description", "enabled", "customerId"], news, olds);
		await context.clients.apigateway.send(new UpdateApiKeyCommand({ apiKey: id, patchOperations }));
		const call = new GetApiKeyCommand({ apiKey: id, includeValue: true });
		return keyOutputs(id, await context.clients.apigateway.send(call), context);
	},
	delete: (id, _, { clients }) => clients.apigateway.send(new DeleteApiKeyCommand({ apiKey: id })),
	tagging: (id, _, context) => apiTagging(context, `/apikeys/${id}`),
});

const usagePlanKey = defineType({
	inputs: z.object({ keyId: z.string(), keyType: z.string(), usagePlanId: z.string() }),
	replaceOn: ["keyId", "keyType", "usagePlanId"],
	identity: ["keyId", "usagePlanId"],
	async create({ keyId, keyType, usagePlanId }, { clients }) {
		const made = await clients.apigateway.send(new CreateUsagePlanKeyCommand({ keyId, keyType, usagePlanId }));
		return { id: keyId, outputs: { name: made.name, value: made.value } };
	},
	read: async (id, { usagePlanId }, { clients }) => {
		const call = new GetUsagePlanKeyCommand({ keyId: id, usagePlanId });
		const found = await unlessGone(clients.apigateway.send(call));
		return found && { name: found.name, value: found.value };
	},
	delete: (id, { usagePlanId }, { clients }) =>
		clients.apigateway.send(new DeleteUsagePlanKeyCommand({ keyId: id, usagePlanId })),
});

export const API_USAGE_TYPES: Record<string, ResourceType> = {
	"aws:apigateway/usagePlan:UsagePlan": usagePlan,
	"aws:apigateway/apiKey:ApiKey": apiKey,
	"aws:apigateway/usagePlanKey:UsagePlanKey": usagePlanKey,
};
