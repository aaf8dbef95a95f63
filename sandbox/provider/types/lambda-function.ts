/** Lambda functions: code, settings and reserved concurrency, in the three calls that AWS has for them. */
import {
	CreateFunctionCommand,
	DeleteFunctionCommand,
	DeleteFunctionConcurrencyCommand,
	type FunctionConfiguration,
	GetFunctionCommand,
	type LambdaClient,
	PublishVersionCommand,
	PutFunctionConcurrencyCommand,
	paginateListVersionsByFunction,
	TagResourceCommand,
	UntagResourceCommand,
	UpdateFunctionCodeCommand,
	UpdateFunctionConfigurationCommand,
	waitUntilFunctionActiveV2,
	waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { z } from "zod";
import { type Context, defineType, type Outputs, tags, unlessGone } from "../resource-type.ts";
import { same } from "../values.ts";
import { archive, codeOf } from "./lambda-code.ts";

/** In seconds. The embedded AWS is ready in a moment: whole seconds would be most of the time that a stack takes. */
const WAIT = { maxWaitTime: 30, minDelay: 0.1, maxDelay: 1 };
/** What the AWS provider writes where no concurrency is reserved. */
const UNRESERVED = -1;

const inputs = z.object({
	name: z.string(),
	role: z.string(),
	handler: z.string().optional(),
	runtime: z.string().optional(),
	description: z.string().optional(),
	timeout: z.number(),
	memorySize: z.number(),
	packageType: z.enum(["Zip", "Image"]).optional(),
	imageUri: z.string().optional(),
	architectures: z.array(z.enum(["arm64", "x86_64"])).optional(),
	environment: z.object({ variables: z.record(z.string(), z.string()).optional() }).optional(),
	layers: z.array(z.string()).optional(),
	tracingConfig: z.object({ mode: z.enum(["Active", "PassThrough"]) }).optional(),
	loggingConfig: z
		.object({
			logFormat: z.enum(["JSON", "Text"]),
			logGroup: z.string().optional(),
			applicationLogLevel: z.enum(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]).optional(),
			systemLogLevel: z.enum(["DEBUG", "INFO", "WARN"]).optional(),
		})
		.optional(),
	deadLetterConfig: z.object({ targetArn: z.string() }).optional(),
	ephemeralStorage: z.object({ size: z.number().optional() }).optional(),
	publish: z.boolean().optional(),
	reservedConcurrentExecutions: z.number(),
	code: archive.optional(),
	s3Bucket: z.string().optional(),
	s3Key: z.string().optional(),
	s3ObjectVersion: z.string().optional(),
	sourceCodeHash: z.string().optional(),
	...tags,
});
type Inputs = z.output<typeof inputs>;

const settingsOf = (f: Inputs) => ({
	FunctionName: f.name,
	Role: f.role,
	Handler: f.handler,
	// The SDK's type lists the runtimes that it knows; AWS's own list is what counts.
	Runtime: f.runtime as FunctionConfiguration["Runtime"],
	Description: f.description,
	Timeout: f.timeout,
	MemorySize: f.memorySize,
	Environment: { Variables: f.environment?.variables ?? {} },
	Layers: f.layers ?? [],
	TracingConfig: f.tracingConfig && { Mode: f.tracingConfig.mode },
	LoggingConfig: f.loggingConfig && {
		LogFormat: f.loggingConfig.logFormat,
		LogGroup: f.loggingConfig.logGroup,
		ApplicationLogLevel: f.loggingConfig.applicationLogLevel,
		SystemLogLevel: f.loggingConfig.systemLogLevel,
	},
	DeadLetterConfig: f.deadLetterConfig && { TargetArn: f.deadLetterConfig.targetArn },
	EphemeralStorage: f.ephemeralStorage && { Size: f.ephemeralStorage.size ?? 512 },
});

async function reserve({ lambda }: { lambda: LambdaClient }, name: string, executions: number): Promise<void> {
	if (executions === UNRESERVED) await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: name }));
	else
		await lambda.send(
			new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: executions }),
		);
}

async function outputsOf(id: string, { clients, region }: Context): Promise<Outputs | undefined> {
	const found = await unlessGone(clients.lambda.send(new GetFunctionCommand({ FunctionName: id })));
	const config = found?.Configuration;
	const arn = config?.FunctionArn;
	if (config === undefined || arn === undefined) return undefined;
	const version = config.Version ?? "$LATEST";
	const invokeArn = (target: string) =>
		`arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${target}/invocations`;
	return {
		arn,
		invokeArn: invokeArn(arn),
		qualifiedArn: `${arn}:${version}`,
		qualifiedInvokeArn: invokeArn(`${arn}:${version}`),
		lastModified: config.LastModified,
		codeSha256: config.CodeSha256,
		sourceCodeHash: config.CodeSha256,
		sourceCodeSize: config.CodeSize,
		version,
	};
}

async function settled(id: string, context: Context, publish: boolean | undefined): Promise<Outputs> {
	const published = publish
		? await context.clients.lambda.send(new PublishVersionCommand({ FunctionName: id }))
		: undefined;
	return atVersion((await outputsOf(id, context)) ?? {}, published?.Version);
}

/** A published function's version is its newest one. */
async function newestOf(id: string, { clients: { lambda } }: Context): Promise<string | undefined> {
	let newest: string | undefined;
	for await (const { Versions = [] } of paginateListVersionsByFunction({ client: lambda }, { FunctionName: id }))
		for (const { Version } of Versions) if (Version !== "$LATEST") newest = Version;
	return newest;
}

function atVersion(outputs: Outputs, version: string | undefined): Outputs {
	if (version === undefined) return outputs;
	const qualified = `${String(outputs.arn)}:${version}`;
	return {
		...outputs,
		version,
		qualifiedArn: qualified,
		qualifiedInvokeArn: String(outputs.invokeArn).replace(String(outputs.arn), qualified),
	};
}

export const lambdaFunction = defineType({
	inputs,
	replaceOn: ["name", "packageType"],
	identity: ["name"],
	changedByUpdate: ["lastModified", "codeSha256", "sourceCodeSize", "version", "qualifiedArn", "qualifiedInvokeArn"],
	async create(f, context) {
		const { lambda } = context.clients;
		await lambda.send(
			new CreateFunctionCommand({
				...settingsOf(f),
				Role: f.role,
				PackageType: f.packageType,
				Architectures: f.architectures,
				Code: f.imageUri ? { ImageUri: f.imageUri } : await codeOf(f, context),
				Tags: f.tagsAll,
			}),
		);
		await waitUntilFunctionActiveV2({ client: lambda, ...WAIT }, { FunctionName: f.name });
		if (f.reservedConcurrentExecutions !== UNRESERVED)
			await reserve(context.clients, f.name, f.reservedConcurrentExecutions);
		return { id: f.name, outputs: await settled(f.name, context, f.publish) };
	},
	async read(id, { publish }, context) {
		const outputs = await outputsOf(id, context);
		return outputs && atVersion(outputs, publish ? await newestOf(id, context) : undefined);
	},
	async update(id, news, olds, context) {
		const { lambda } = context.clients;
		const updated = () => waitUntilFunctionUpdatedV2({ client: lambda, ...WAIT }, { FunctionName: id });
		if (JSON.stringify(settingsOf(news)) !== JSON.stringify(settingsOf(olds))) {
			await lambda.send(new UpdateFunctionConfigurationCommand(settingsOf(news)));
			await updated();
		}
		const codeKeys = [
			"code",
			"s3Bucket",
			"s3Key",
			"s3ObjectVersion",
			"imageUri",
			"architectures",
			"sourceCodeHash",
		] as const;
		if (codeKeys.some((key) => !same(news[key], olds[key]))) {
			const code = news.imageUri ? { ImageUri: news.imageUri } : await codeOf(news, context);
			await lambda.send(
				new UpdateFunctionCodeCommand({ FunctionName: id, Architectures: news.architectures, ...code }),
			);
			await updated();
		}
		if (news.reservedConcurrentExecutions !== olds.reservedConcurrentExecutions)
			await reserve(context.clients, id, news.reservedConcurrentExecutions);
		return settled(id, context, news.publish);
	},
	delete: (id, _, { clients }) => clients.lambda.send(new DeleteFunctionCommand({ FunctionName: id })),
	tagging: (id, _, { clients, region, accountId }) => {
		const Resource = `arn:aws:lambda:${region}:${accountId}:function:${id}`;
		return {
			set: (all) => clients.lambda.send(new TagResourceCommand({ Resource, Tags: all })),
			unset: (TagKeys) => clients.lambda.send(new UntagResourceCommand({ Resource, TagKeys })),
		};
	},
});
