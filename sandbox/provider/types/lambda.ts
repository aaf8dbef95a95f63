/** What belongs to Lambda functions: layers, permissions, aliases. How they are called otherwise is lambda-invocation.ts. */
import {
	AddPermissionCommand,
	CreateAliasCommand,
	DeleteAliasCommand,
	DeleteLayerVersionCommand,
	GetAliasCommand,
	GetLayerVersionCommand,
	GetPolicyCommand,
	PublishLayerVersionCommand,
	RemovePermissionCommand,
	type Runtime,
	UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import { z } from "zod";
import { type Context, defineType, type ResourceType, unlessGone } from "../resource-type.ts";
import { archive, codeOf } from "./lambda-code.ts";
import { lambdaFunction } from "./lambda-function.ts";
import { eventSourceMapping, functionEventInvokeConfig, invocation } from "./lambda-invocation.ts";

const layerVersion = defineType({
	inputs: z.object({
		layerName: z.string(),
		description: z.string().optional(),
		compatibleRuntimes: z.array(z.string()).optional(),
		compatibleArchitectures: z.array(z.enum(["arm64", "x86_64"])).optional(),
		skipDestroy: z.boolean().optional(),
		code: archive.optional(),
		s3Bucket: z.string().optional(),
		s3Key: z.string().optional(),
		s3ObjectVersion: z.string().optional(),
	}),
	replaceOn: [
		"layerName",
		"description",
		"compatibleRuntimes",
		"compatibleArchitectures",
		"licenseInfo",
		"code",
		"s3Bucket",
		"s3Key",
		"s3ObjectVersion",
		"sourceCodeHash",
	],
	async create(inputs, context) {
		const layer = await context.clients.lambda.send(
			new PublishLayerVersionCommand({
				LayerName: inputs.layerName,
				Description: inputs.description,
				CompatibleRuntimes: inputs.compatibleRuntimes as Runtime[] | undefined,
				CompatibleArchitectures: inputs.compatibleArchitectures,
				Content: await codeOf(inputs, context),
			}),
		);
		const arn = layer.LayerVersionArn ?? "";
		return {
			id: arn,
			outputs: {
				arn,
				layerArn: layer.LayerArn,
				version: String(layer.Version),
				createdDate: layer.CreatedDate,
				codeSha256: layer.Content?.CodeSha256,
				sourceCodeHash: layer.Content?.CodeSha256,
				sourceCodeSize: layer.Content?.CodeSize,
			},
		};
	},
	read: async (id, { layerName }, { clients }) => {
		const VersionNumber = versionOf(id);
		const found = await unlessGone(
			clients.lambda.send(new GetLayerVersionCommand({ LayerName: layerName, VersionNumber })),
		);
		return found && { arn: id, layerArn: found.LayerArn, version: String(VersionNumber) };
	},
	delete: async (id, { layerName, skipDestroy }, { clients }) => {
		if (skipDestroy) return;
		await clients.lambda.send(new DeleteLayerVersionCommand({ LayerName: layerName, VersionNumber: versionOf(id) }));
	},
});

const versionOf = (arn: string): number => Number(arn.split(":").at(-1));

const permissionInputs = z.object({
	statementId: z.string(),
	action: z.string(),
	function: z.string(),
	principal: z.string(),
	qualifier: z.string().optional(),
	sourceArn: z.string().optional(),
	sourceAccount: z.string().optional(),
	principalOrgId: z.string().optional(),
	eventSourceToken: z.string().optional(),
});

const permission = defineType({
	inputs: permissionInputs,
	replaceOn: Object.keys(permissionInputs.shape),
	identity: ["statementId", "function", "qualifier"],
	async create(inputs, { clients }) {
		await clients.lambda.send(
			new AddPermissionCommand({
				FunctionName: inputs.function,
				StatementId: inputs.statementId,
				Action: inputs.action,
				Principal: inputs.principal,
				Qualifier: inputs.qualifier,
				SourceArn: inputs.sourceArn,
				SourceAccount: inputs.sourceAccount,
				PrincipalOrgID: inputs.principalOrgId,
				EventSourceToken: inputs.eventSourceToken,
			}),
		);
		return { id: inputs.statementId, outputs: {} };
	},
	read: async (id, inputs, { clients }) => {
		const found = await unlessGone(
			clients.lambda.send(new GetPolicyCommand({ FunctionName: inputs.function, Qualifier: inputs.qualifier })),
		);
		return found?.Policy?.includes(`"${id}"`) ? {} : undefined;
	},
	delete: (id, inputs, { clients }) =>
		clients.lambda.send(
			new RemovePermissionCommand({ FunctionName: inputs.function, StatementId: id, Qualifier: inputs.qualifier }),
		),
});

const aliasInputs = z.object({
	name: z.string(),
	functionName: z.string(),
	functionVersion: z.string(),
	description: z.string().optional(),
	routingConfig: z.object({ additionalVersionWeights: z.record(z.string(), z.number()).optional() }).optional(),
});
const aliasCall = (inputs: z.output<typeof aliasInputs>) => ({
	Name: inputs.name,
	FunctionName: inputs.functionName,
	FunctionVersion: inputs.functionVersion,
	Description: inputs.description,
	RoutingConfig: { AdditionalVersionWeights: inputs.routingConfig?.additionalVersionWeights ?? {} },
});
const aliasOutputs = (arn: string | undefined, { region }: Context) => ({
	arn,
	invokeArn: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
});

const alias = defineType({
	inputs: aliasInputs,
	replaceOn: ["name", "functionName"],
	identity: ["name", "functionName"],
	async create(inputs, context) {
		const { AliasArn } = await context.clients.lambda.send(new CreateAliasCommand(aliasCall(inputs)));
		return { id: AliasArn ?? "", outputs: aliasOutputs(AliasArn, context) };
	},
	read: async (_, inputs, context) => {
		const call = new GetAliasCommand({ Name: inputs.name, FunctionName: inputs.functionName });
		const found = await unlessGone(context.clients.lambda.send(call));
		return found && aliasOutputs(found.AliasArn, context);
	},
	async update(_, news, __, context) {
		const { AliasArn } = await context.clients.lambda.send(new UpdateAliasCommand(aliasCall(news)));
		return aliasOutputs(AliasArn, context);
	},
	delete: (_, inputs, { clients }) =>
		clients.lambda.send(new DeleteAliasCommand({ Name: inputs.name, FunctionName: inputs.functionName })),
});

export const LAMBDA_TYPES: Record<string, ResourceType> = {
	"aws:lambda/function:Function": lambdaFunction,
	"aws:lambda/layerVersion:LayerVersion": layerVersion,
	"aws:lambda/permission:Permission": permission,
	"aws:lambda/alias:Alias": alias,
	"aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": functionEventInvokeConfig,
	"aws:lambda/eventSourceMapping:EventSourceMapping": eventSourceMapping,
	"aws:lambda/invocation:Invocation": invocation,
};
