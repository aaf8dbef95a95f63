/** Methods of REST APIs, what they integrate with, and their responses. */
import {
	DeleteIntegrationCommand,
	DeleteIntegrationResponseCommand,
	DeleteMethodCommand,
	DeleteMethodResponseCommand,
	GetIntegrationCommand,
	GetIntegrationResponseCommand,
	GetMethodCommand,
	GetMethodResponseCommand,
	PutIntegrationCommand,
	PutIntegrationResponseCommand,
	PutMethodCommand,
	PutMethodResponseCommand,
	UpdateMethodCommand,
} from "@aws-sdk/client-api-gateway";
import { z } from "zod";
import { type Context, defineType, type ResourceType, unlessGone } from "../resource-type.ts";
import { patchOf } from "./apigateway-patch.ts";

const place = { restApi: z.string(), resourceId: z.string(), httpMethod: z.string() };
const PLACE = ["restApi", "resourceId", "httpMethod"] as const;
type Place = { restApi: string; resourceId: string; httpMethod: string };
const placeOf = ({ restApi, resourceId, httpMethod }: Place) => ({ restApiId: restApi, resourceId, httpMethod });
const idOf = ({ restApi, resourceId, httpMethod }: Place) => `${restApi}-${resourceId}-${httpMethod}`;

const method = defineType({
	inputs: z.object({
		...place,
		authorization: z.string(),
		authorizerId: z.string().optional(),
		authorizationScopes: z.array(z.string()).optional(),
		apiKeyRequired: z.boolean().optional(),
		operationName: z.string().optional(),
		requestParameters: z.record(z.string(), z.boolean()).optional(),
		requestModels: z.record(z.string(), z.string()).optional(),
		requestValidatorId: z.string().optional(),
	}),
	replaceOn: [...PLACE, "requestParameters", "requestModels", "authorizationScopes"],
	identity: PLACE,
	async create(inputs, { clients }) {
		await clients.apigateway.send(
			new PutMethodCommand({
				...placeOf(inputs),
				authorizationType: inputs.authorization,
				authorizerId: inputs.authorizerId,
				authorizationScopes: inputs.authorizationScopes,
				apiKeyRequired: inputs.apiKeyRequired,
				operationName: inputs.operationName,
				requestParameters: inputs.requestParameters,
				requestModels: inputs.requestModels,
				requestValidatorId: inputs.requestValidatorId,
			}),
		);
		return { id: `agm-${idOf(inputs)}`, outputs: {} };
	},
	read: async (_, inputs, { clients }) =>
		(await unlessGone(clients.apigateway.send(new GetMethodCommand(placeOf(inputs))))) && {},
	async update(_, news, olds, { clients }) {
		const keys = ["authorization", "authorizerId", "apiKeyRequired", "operationName", "requestValidatorId"] as const;
		const path = (key: (typeof keys)[number]) => (key === "authorization" ? "/authorizationType" : `/${key}`);
		const patchOperations = patchOf(keys, news, olds, path);
		await clients.apigateway.send(new UpdateMethodCommand({ ...placeOf(news), patchOperations }));
		return {};
	},
	delete: (_, inputs, { clients }) => clients.apigateway.send(new DeleteMethodCommand(placeOf(inputs))),
});

const integrationInputs = z.object({
	...place,
	type: z.enum(["HTTP", "AWS", "MOCK", "HTTP_PROXY", "AWS_PROXY"]),
	integrationHttpMethod: z.string().optional(),
	uri: z.string().optional(),
	credentials: z.string().optional(),
	connectionType: z.enum(["INTERNET", "VPC_LINK"]).optional(),
	passthroughBehavior: z.string().optional(),
	requestTemplates: z.record(z.string(), z.string()).optional(),
	requestParameters: z.record(z.string(), z.string()).optional(),
	timeoutMilliseconds: z.number().optional(),
});
const putIntegration = ({ clients }: Context, inputs: z.output<typeof integrationInputs>) =>
	clients.apigateway.send(
		new PutIntegrationCommand({
			...placeOf(inputs),
			type: inputs.type,
			integrationHttpMethod: inputs.integrationHttpMethod,
			uri: inputs.uri,
			credentials: inputs.credentials,
			connectionType: inputs.connectionType,
			passthroughBehavior: inputs.passthroughBehavior,
			requestTemplates: inputs.requestTemplates,
			requestParameters: inputs.requestParameters,
			timeoutInMillis: inputs.timeoutMilliseconds,
		}),
	);

const integration = defineType({
	inputs: integrationInputs,
	replaceOn: PLACE,
	identity: PLACE,
	async create(inputs, context) {
		const made = await putIntegration(context, inputs);
		return { id: `agi-${idOf(inputs)}`, outputs: { passthroughBehavior: made.passthroughBehavior } };
	},
	read: async (_, inputs, { clients }) =>
		(await unlessGone(clients.apigateway.send(new GetIntegrationCommand(placeOf(inputs))))) && {},
	async update(_, news, __, context) {
		const made = await putIntegration(context, news);
		return { passthroughBehavior: made.passthroughBehavior };
	},
	delete: (_, inputs, { clients }) => clients.apigateway.send(new DeleteIntegrationCommand(placeOf(inputs))),
});

const methodResponseInputs = z.object({
	...place,
	statusCode: z.string(),
	responseModels: z.record(z.string(), z.string()).optional(),
	responseParameters: z.record(z.string(), z.boolean()).optional(),
});

const methodResponse = defineType({
	inputs: methodResponseInputs,
	replaceOn: Object.keys(methodResponseInputs.shape),
	identity: [...PLACE, "statusCode"],
	async create(inputs, { clients }) {
		const { statusCode, responseModels, responseParameters } = inputs;
		await clients.apigateway.send(
			new PutMethodResponseCommand({ ...placeOf(inputs), statusCode, responseModels, responseParameters }),
		);
		return { id: `agmr-${idOf(inputs)}-${statusCode}`, outputs: {} };
	},
	read: async (_, inputs, { clients }) => {
		const call = new GetMethodResponseCommand({ ...placeOf(inputs), statusCode: inputs.statusCode });
		return (await unlessGone(clients.apigateway.send(call))) && {};
	},
	delete: (_, inputs, { clients }) =>
		clients.apigateway.send(new DeleteMethodResponseCommand({ ...placeOf(inputs), statusCode: inputs.statusCode })),
});

const integrationResponseInputs = z.object({
	...place,
	statusCode: z.string(),
	selectionPattern: z.string().optional(),
	responseTemplates: z.record(z.string(), z.string()).optional(),
	responseParameters: z.record(z.string(), z.string()).optional(),
});
const putIntegrationResponse = ({ clients }: Context, inputs: z.output<typeof integrationResponseInputs>) => {
	const { statusCode, selectionPattern, responseTemplates, responseParameters } = inputs;
	return clients.apigateway.send(
		new PutIntegrationResponseCommand({
			...placeOf(inputs),
			statusCode,
			selectionPattern,
			responseTemplates,
			responseParameters,
		}),
	);
};

const integrationResponse = defineType({
	inputs: integrationResponseInputs,
	replaceOn: [...PLACE, "statusCode"],
	identity: [...PLACE, "statusCode"],
	async create(inputs, context) {
		await putIntegrationResponse(context, inputs);
		return { id: `agir-${idOf(inputs)}-${inputs.statusCode}`, outputs: {} };
	},
	read: async (_, inputs, { clients }) => {
		const call = new GetIntegrationResponseCommand({ ...placeOf(inputs), statusCode: inputs.statusCode });
		return (await unlessGone(clients.apigateway.send(call))) && {};
	},
	async update(_, news, __, context) {
		await putIntegrationResponse(context, news);
		return {};
	},
	delete: (_, inputs, { clients }) =>
		clients.apigateway.send(
			new DeleteIntegrationResponseCommand({ ...placeOf(inputs), statusCode: inputs.statusCode }),
		),
});

export const API_METHOD_TYPES: Record<string, ResourceType> = {
	"aws:apigateway/method:Method": method,
	"aws:apigateway/integration:Integration": integration,
	"aws:apigateway/methodResponse:MethodResponse": methodResponse,
	"aws:apigateway/integrationResponse:IntegrationResponse": integrationResponse,
};
