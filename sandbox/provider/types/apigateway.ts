/** REST APIs: the API itself, its resources, authorizers and deployments. */
import {
	CreateAuthorizerCommand,
	CreateDeploymentCommand,
	CreateResourceCommand,
	CreateRestApiCommand,
	DeleteAuthorizerCommand,
	DeleteDeploymentCommand,
	DeleteResourceCommand,
	DeleteRestApiCommand,
	GetAuthorizerCommand,
	GetDeploymentCommand,
	GetResourceCommand,
	GetResourcesCommand,
	GetRestApiCommand,
	type RestApi,
	UpdateAuthorizerCommand,
	UpdateDeploymentCommand,
	UpdateRestApiCommand,
} from "@aws-sdk/client-api-gateway";
import { z } from "zod";
import { type Context, defineType, type ResourceType, tags, unlessGone } from "../resource-type.ts";
import { API_METHOD_TYPES } from "./apigateway-methods.ts";
import { patchOf } from "./apigateway-patch.ts";
import { account, gatewayResponse } from "./apigateway-responses.ts";
import { API_STAGE_TYPES } from "./apigateway-stages.ts";
import { apiArn, apiTagging } from "./apigateway-tagging.ts";
import { API_USAGE_TYPES } from "./apigateway-usage.ts";

const restApi = defineType({
	inputs: z.object({
		name: z.string(),
		description: z.string().optional(),
		apiKeySource: z.enum(["HEADER", "AUTHORIZER"]).optional(),
		binaryMediaTypes: z.array(z.string()).optional(),
		disableExecuteApiEndpoint: z.boolean().optional(),
		endpointConfiguration: z.object({ types: z.union([z.string(), z.array(z.string())]).optional() }).optional(),
		policy: z.string().optional(),
		...tags,
	}),
	// AWS changes the last three in place; the embedded one cannot.
	replaceOn: ["binaryMediaTypes", "endpointConfiguration", "body"],
	async create(inputs, context) {
		const types = inputs.endpointConfiguration?.types;
		const { apigateway } = context.clients;
		const api = await apigateway.send(
			new CreateRestApiCommand({
				name: inputs.name,
				description: inputs.description,
				apiKeySource: inputs.apiKeySource,
				binaryMediaTypes: inputs.binaryMediaTypes,
				disableExecuteApiEndpoint: inputs.disableExecuteApiEndpoint,
				endpointConfiguration: types === undefined ? undefined : { types: endpointTypes(types) },
				policy: inputs.policy,
				tags: inputs.tagsAll,
			}),
		);
		const id = api.id ?? "";
		return { id, outputs: await restApiOutputs(id, api, context) };
	},
	read: async (id, _, context) => {
		const api = await unlessGone(context.clients.apigateway.send(new GetRestApiCommand({ restApiId: id })));
		return api && restApiOutputs(id, api, context);
	},
	async update(id, news, olds, context) {
		const keys = ["name", "description", "apiKeySource", "disableExecuteApiEndpoint", "policy"] as const;
		const patchOperations = patchOf(keys, news, olds);
		const api = await context.clients.apigateway.send(new UpdateRestApiCommand({ restApiId: id, patchOperations }));
		return restApiOutputs(id, api, context);
	},
	delete: (id, _, { clients }) => clients.apigateway.send(new DeleteRestApiCommand({ restApiId: id })),
	tagging: (id, _, context) => apiTagging(context, `/restapis/${id}`),
});

const endpointTypes = (types: string | string[]) => [types].flat() as ("REGIONAL" | "EDGE" | "PRIVATE")[];

async function restApiOutputs(id: string, api: RestApi, context: Context) {
	const { items } = await context.clients.apigateway.send(new GetResourcesCommand({ restApiId: id, limit: 500 }));
	return {
		arn: apiArn(context, `/restapis/${id}`),
		executionArn: `arn:aws:execute-api:${context.region}:${context.accountId}:${id}`,
		rootResourceId: api.rootResourceId ?? items?.find(({ path }) => path === "/")?.id,
		createdDate: api.createdDate?.toISOString(),
	};
}

const resource = defineType({
	inputs: z.object({ restApi: z.string(), parentId: z.string(), pathPart: z.string() }),
	replaceOn: ["restApi", "parentId", "pathPart"],
	identity: ["restApi", "parentId", "pathPart"],
	async create({ restApi: restApiId, parentId, pathPart }, { clients }) {
		const made = await clients.apigateway.send(new CreateResourceCommand({ restApiId, parentId, pathPart }));
		return { id: made.id ?? "", outputs: { path: made.path } };
	},
	read: async (id, { restApi: restApiId }, { clients }) => {
		const found = await unlessGone(clients.apigateway.send(new GetResourceCommand({ restApiId, resourceId: id })));
		return found && { path: found.path };
	},
	delete: (id, { restApi: restApiId }, { clients }) =>
		clients.apigateway.send(new DeleteResourceCommand({ restApiId, resourceId: id })),
});

const authorizerInputs = z.object({
	name: z.string(),
	restApi: z.string(),
	type: z.enum(["TOKEN", "REQUEST", "COGNITO_USER_POOLS"]),
	authorizerUri: z.string().optional(),
	authorizerCredentials: z.string().optional(),
	identitySource: z.string().optional(),
	identityValidationExpression: z.string().optional(),
	authorizerResultTtlInSeconds: z.number().optional(),
	providerArns: z.array(z.string()).optional(),
});

const authorizer = defineType({
	inputs: authorizerInputs,
	replaceOn: ["restApi", "providerArns"],
	async create({ restApi: restApiId, ...inputs }, context) {
		const made = await context.clients.apigateway.send(new CreateAuthorizerCommand({ restApiId, ...inputs }));
		return { id: made.id ?? "", outputs: { arn: apiArn(context, `/restapis/${restApiId}/authorizers/${made.id}`) } };
	},
	read: async (id, { restApi: restApiId }, context) => {
		const call = new GetAuthorizerCommand({ restApiId, authorizerId: id });
		const found = await unlessGone(context.clients.apigateway.send(call));
		return found && { arn: apiArn(context, `/restapis/${restApiId}/authorizers/${id}`) };
	},
	async update(id, news, olds, context) {
		const keys = [
			"name",
			"type",
			"authorizerUri",
			"authorizerCredentials",
			"identitySource",
			"identityValidationExpression",
			"authorizerResultTtlInSeconds",
		] as const;
		await context.clients.apigateway.send(
			new UpdateAuthorizerCommand({
				restApiId: news.restApi,
				authorizerId: id,
				patchOperations: patchOf(keys, news, olds),
			}),
		);
		return { arn: apiArn(context, `/restapis/${news.restApi}/authorizers/${id}`) };
	},
	delete: (id, { restApi: restApiId }, { clients }) =>
		clients.apigateway.send(new DeleteAuthorizerCommand({ restApiId, authorizerId: id })),
});

const deployment = defineType({
	inputs: z.object({
		restApi: z.string(),
		description: z.string().optional(),
		variables: z.record(z.string(), z.string()).optional(),
	}),
	replaceOn: ["restApi", "triggers", "variables"],
	async create({ restApi: restApiId, description, variables }, { clients }) {
		const made = await clients.apigateway.send(new CreateDeploymentCommand({ restApiId, description, variables }));
		return { id: made.id ?? "", outputs: { createdDate: made.createdDate?.toISOString() } };
	},
	read: async (id, { restApi: restApiId }, { clients }) => {
		const found = await unlessGone(clients.apigateway.send(new GetDeploymentCommand({ restApiId, deploymentId: id })));
		return found && { createdDate: found.createdDate?.toISOString() };
	},
	async update(id, news, olds, { clients }) {
		const patchOperations = patchOf(["description"], news, olds);
		await clients.apigateway.send(
			new UpdateDeploymentCommand({ restApiId: news.restApi, deploymentId: id, patchOperations }),
		);
		return {};
	},
	delete: (id, { restApi: restApiId }, { clients }) =>
		clients.apigateway.send(new DeleteDeploymentCommand({ restApiId, deploymentId: id })),
});

export const APIGATEWAY_TYPES: Record<string, ResourceType> = {
	"aws:apigateway/restApi:RestApi": restApi,
	"aws:apigateway/resource:Resource": resource,
	"aws:apigateway/authorizer:Authorizer": authorizer,
	"aws:apigateway/deployment:Deployment": deployment,
	"aws:apigateway/response:Response": gatewayResponse,
	"aws:apigateway/account:Account": account,
	...API_METHOD_TYPES,
	...API_STAGE_TYPES,
	...API_USAGE_TYPES,
};
