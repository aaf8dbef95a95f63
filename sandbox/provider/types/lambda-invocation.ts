/** How functions are called other than by a request: asynchronous invocation, event sources, and by a deployment itself. */
import { randomUUID } from "node:crypto";
import {
	CreateEventSourceMappingCommand,
	DeleteEventSourceMappingCommand,
	DeleteFunctionEventInvokeConfigCommand,
	type EventSourceMappingConfiguration,
	GetEventSourceMappingCommand,
	GetFunctionEventInvokeConfigCommand,
	InvokeCommand,
	PutFunctionEventInvokeConfigCommand,
	UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { z } from "zod";
import { TriplaneError } from "../../../charter/errors.ts";
import { type Context, defineType, unlessGone } from "../resource-type.ts";

const destination = z.object({ destination: z.string() }).optional();
const eventInvokeInputs = z.object({
	functionName: z.string(),
	qualifier: z.string().optional(),
	maximumRetryAttempts: z.number().optional(),
	maximumEventAgeInSeconds: z.number().optional(),
	destinationConfig: z.object({ onFailure: destination, onSuccess: destination }).optional(),
});
const putEventInvoke = ({ clients }: Context, inputs: z.output<typeof eventInvokeInputs>) =>
	clients.lambda.send(
		new PutFunctionEventInvokeConfigCommand({
			FunctionName: inputs.functionName,
			Qualifier: inputs.qualifier,
			MaximumRetryAttempts: inputs.maximumRetryAttempts,
			MaximumEventAgeInSeconds: inputs.maximumEventAgeInSeconds,
			DestinationConfig: {
				...(inputs.destinationConfig?.onFailure && {
					OnFailure: { Destination: inputs.destinationConfig.onFailure.destination },
				}),
				...(inputs.destinationConfig?.onSuccess && {
					OnSuccess: { Destination: inputs.destinationConfig.onSuccess.destination },
				}),
			},
		}),
	);

export const functionEventInvokeConfig = defineType({
	inputs: eventInvokeInputs,
	replaceOn: ["functionName", "qualifier"],
	identity: ["functionName", "qualifier"],
	async create(inputs, context) {
		await putEventInvoke(context, inputs);
		return { id: inputs.qualifier ? `${inputs.functionName}:${inputs.qualifier}` : inputs.functionName, outputs: {} };
	},
	read: async (_, { functionName, qualifier }, { clients }) => {
		const call = new GetFunctionEventInvokeConfigCommand({ FunctionName: functionName, Qualifier: qualifier });
		return (await unlessGone(clients.lambda.send(call))) && {};
	},
	async update(_, news, __, context) {
		await putEventInvoke(context, news);
		return {};
	},
	delete: (_, { functionName, qualifier }, { clients }) =>
		clients.lambda.send(
			new DeleteFunctionEventInvokeConfigCommand({ FunctionName: functionName, Qualifier: qualifier }),
		),
});

const mappingInputs = z.object({
	functionName: z.string(),
	eventSourceArn: z.string(),
	enabled: z.boolean().optional(),
	batchSize: z.number().optional(),
	maximumBatchingWindowInSeconds: z.number().optional(),
	functionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).optional(),
	scalingConfig: z.object({ maximumConcurrency: z.number().optional() }).optional(),
	startingPosition: z.enum(["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"]).optional(),
	filterCriteria: z.object({ filters: z.array(z.object({ pattern: z.string().optional() })).optional() }).optional(),
	destinationConfig: z.object({ onFailure: z.object({ destinationArn: z.string() }).optional() }).optional(),
	maximumRetryAttempts: z.number().optional(),
	bisectBatchOnFunctionError: z.boolean().optional(),
});
const mappingCall = (inputs: z.output<typeof mappingInputs>) => ({
	FunctionName: inputs.functionName,
	Enabled: inputs.enabled,
	BatchSize: inputs.batchSize,
	MaximumBatchingWindowInSeconds: inputs.maximumBatchingWindowInSeconds,
	FunctionResponseTypes: inputs.functionResponseTypes,
	ScalingConfig: inputs.scalingConfig && { MaximumConcurrency: inputs.scalingConfig.maximumConcurrency },
	FilterCriteria: inputs.filterCriteria && {
		Filters: inputs.filterCriteria.filters?.map(({ pattern }) => ({ Pattern: pattern })),
	},
	DestinationConfig: inputs.destinationConfig?.onFailure && {
		OnFailure: { Destination: inputs.destinationConfig.onFailure.destinationArn },
	},
	MaximumRetryAttempts: inputs.maximumRetryAttempts,
	BisectBatchOnFunctionError: inputs.bisectBatchOnFunctionError,
});
const mappingOutputs = (found: EventSourceMappingConfiguration, { region, accountId }: Context) => ({
	uuid: found.UUID,
	arn: found.EventSourceMappingArn ?? `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${found.UUID}`,
	functionArn: found.FunctionArn,
	state: found.State,
});

export const eventSourceMapping = defineType({
	inputs: mappingInputs,
	replaceOn: ["eventSourceArn", "startingPosition"],
	async create(inputs, context) {
		const found = await context.clients.lambda.send(
			new CreateEventSourceMappingCommand({
				...mappingCall(inputs),
				EventSourceArn: inputs.eventSourceArn,
				StartingPosition: inputs.startingPosition,
			}),
		);
		return { id: found.UUID ?? "", outputs: mappingOutputs(found, context) };
	},
	read: async (id, _, context) => {
		const found = await unlessGone(context.clients.lambda.send(new GetEventSourceMappingCommand({ UUID: id })));
		return found && mappingOutputs(found, context);
	},
	update: async (id, news, _, context) =>
		mappingOutputs(
			await context.clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, ...mappingCall(news) })),
			context,
		),
	delete: (id, _, { clients }) => clients.lambda.send(new DeleteEventSourceMappingCommand({ UUID: id })),
});

const invocationInputs = z.object({
	functionName: z.string(),
	qualifier: z.string().optional(),
	input: z.string(),
	triggers: z.record(z.string(), z.string()).optional(),
	/** Other scopes call the function again when the resource changes or goes: this stands for calls that a deployment makes once. */
	lifecycleScope: z.literal("CREATE_ONLY").default("CREATE_ONLY"),
});

export const invocation = defineType({
	inputs: invocationInputs,
	replaceOn: Object.keys(invocationInputs.shape),
	async create({ functionName, qualifier, input }, { clients }) {
		const { FunctionError, Payload } = await clients.lambda.send(
			new InvokeCommand({ FunctionName: functionName, Qualifier: qualifier, Payload: input }),
		);
		const result = Payload ? Buffer.from(Payload).toString() : "";
		if (FunctionError !== undefined)
			throw new TriplaneError(`The function ${functionName} failed with ${FunctionError}: ${result}. Read its log.`);
		return { id: `${functionName}_${qualifier ?? "$LATEST"}_${randomUUID()}`, outputs: { result } };
	},
	// A call that was made stays made.
	read: async () => ({}),
	delete: async () => undefined,
});
