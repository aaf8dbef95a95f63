/** How a REST API answers what it refuses itself, and the account's role for its logs. */
import {
	DeleteGatewayResponseCommand,
	GetGatewayResponseCommand,
	PutGatewayResponseCommand,
	UpdateAccountCommand,
} from "@aws-sdk/client-api-gateway";
import { z } from "zod";
import { type Context, defineType, unlessGone } from "../resource-type.ts";

const gatewayResponseInputs = z.object({
	restApiId: z.string(),
	responseType: z.string(),
	statusCode: z.string().optional(),
	responseTemplates: z.record(z.string(), z.string()).optional(),
	responseParameters: z.record(z.string(), z.string()).optional(),
});
type GatewayResponseType = PutGatewayResponseCommand["input"]["responseType"];
const putGatewayResponse = ({ clients }: Context, inputs: z.output<typeof gatewayResponseInputs>) =>
	clients.apigateway.send(
		new PutGatewayResponseCommand({ ...inputs, responseType: inputs.responseType as GatewayResponseType }),
	);

export const gatewayResponse = defineType({
	inputs: gatewayResponseInputs,
	replaceOn: ["restApiId", "responseType"],
	identity: ["restApiId", "responseType"],
	async create(inputs, context) {
		await putGatewayResponse(context, inputs);
		return { id: `aggr-${inputs.restApiId}-${inputs.responseType}`, outputs: {} };
	},
	read: async (_, { restApiId, responseType }, { clients }) => {
		const call = new GetGatewayResponseCommand({ restApiId, responseType: responseType as GatewayResponseType });
		const found = await unlessGone(clients.apigateway.send(call));
		return found === undefined || found.defaultResponse ? undefined : {};
	},
	async update(_, news, __, context) {
		await putGatewayResponse(context, news);
		return {};
	},
	delete: (_, { restApiId, responseType }, { clients }) =>
		clients.apigateway.send(
			new DeleteGatewayResponseCommand({ restApiId, responseType: responseType as GatewayResponseType }),
		),
});

const setAccountRole = ({ clients }: Context, role: string | undefined) =>
	clients.apigateway.send(
		new UpdateAccountCommand({ patchOperations: [{ op: "replace", path: "/cloudwatchRoleArn", value: role ?? "" }] }),
	);

export const account = defineType({
	inputs: z.object({ cloudwatchRoleArn: z.string().optional() }),
	replaceOn: [],
	async create({ cloudwatchRoleArn }, context) {
		await setAccountRole(context, cloudwatchRoleArn);
		return { id: "api-gateway-account", outputs: {} };
	},
	read: async () => ({}),
	async update(_, { cloudwatchRoleArn }, __, context) {
		await setAccountRole(context, cloudwatchRoleArn);
		return {};
	},
	delete: (_, __, context) => setAccountRole(context, undefined),
});
