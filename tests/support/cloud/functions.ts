/** Functions and REST APIs of the embedded AWS for end-to-end tests, small and whole. */
import type { Props, Value } from "../../../sandbox/provider/values.ts";
import type { Made, TestCloud } from "./test-cloud.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";

/** An archive of text files, as the engine hands one over. */
export const archiveOf = (files: Record<string, string>): Props => ({
	[SIGNATURE]: ARCHIVE,
	hash: JSON.stringify(files).length.toString(16),
	assets: Object.fromEntries(
		Object.entries(files).map(([name, text]): [string, Value] => [name, { [SIGNATURE]: ASSET, hash: text, text }]),
	),
});

const LAMBDA_TRUST = JSON.stringify({
	Version: "2012-10-17",
	Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
});

/** A role that Lambda may take, without any permission. */
export const makeRole = (cloud: TestCloud, name: string): Promise<Made> =>
	cloud.make("aws:iam/role:Role", name, { assumeRolePolicy: LAMBDA_TRUST });

/** A Node function whose `index.mjs` is this code. */
export async function makeFunction(cloud: TestCloud, name: string, code: string, more: Props = {}): Promise<Made> {
	const role = await makeRole(cloud, `${name}-role`);
	return cloud.make("aws:lambda/function:Function", name, {
		role: role.text("arn"),
		runtime: "nodejs24.x",
		handler: "index.handler",
		code: archiveOf({ "index.mjs": code }),
		...more,
	});
}

export interface TestApi {
	api: Made;
	/** URL of the stage. */
	url: string;
	stage: Made;
	integration: Made;
	method: Made;
}

export interface ApiOptions {
	/** Also a permission for it. @default true */
	permission?: boolean;
	api?: Props;
	method?: Props;
	integration?: Props;
	/** Gateway responses by type. */
	responses?: Record<string, Props>;
	/** Made before the method, which gets what it gives. */
	authorizer?: (api: Made) => Promise<Made>;
}

/** A REST API with one greedy resource, whose every method goes to one function. */
export async function makeApi(
	cloud: TestCloud,
	name: string,
	target: Made,
	options: ApiOptions = {},
): Promise<TestApi> {
	const api = await cloud.make("aws:apigateway/restApi:RestApi", name, options.api ?? {});
	const resource = await cloud.make("aws:apigateway/resource:Resource", name, {
		restApi: api.id,
		parentId: api.text("rootResourceId"),
		pathPart: "{proxy+}",
	});
	const authorizer = await options.authorizer?.(api);
	const place = { restApi: api.id, resourceId: resource.id, httpMethod: "ANY" };
	const method = await cloud.make("aws:apigateway/method:Method", name, {
		...place,
		...(authorizer ? { authorization: "CUSTOM", authorizerId: authorizer.id } : { authorization: "NONE" }),
		...options.method,
	});
	const integration = await cloud.make("aws:apigateway/integration:Integration", name, {
		...place,
		type: "AWS_PROXY",
		integrationHttpMethod: "POST",
		uri: target.text("invokeArn"),
		...options.integration,
	});
	for (const [responseType, response] of Object.entries(options.responses ?? {}))
		await cloud.make("aws:apigateway/response:Response", responseType, {
			restApiId: api.id,
			responseType,
			...response,
		});
	const deployment = await cloud.make("aws:apigateway/deployment:Deployment", name, { restApi: api.id });
	const stage = await cloud.make("aws:apigateway/stage:Stage", name, {
		restApi: api.id,
		deployment: deployment.id,
		stageName: "v1",
	});
	if (options.permission !== false) await permit(cloud, target, `${api.text("executionArn")}/*/*/*`);
	return { api, url: stage.text("invokeUrl"), stage, integration, method };
}

/** Lets API Gateway invoke a function for what has this source ARN. */
export const permit = (cloud: TestCloud, target: Made, sourceArn: string): Promise<Made> =>
	cloud.make("aws:lambda/permission:Permission", "api", {
		action: "lambda:InvokeFunction",
		function: target.text("name"),
		principal: "apigateway.amazonaws.com",
		sourceArn,
	});

export interface Answer {
	status: number;
	headers: Headers;
	body: unknown;
}

/** What an API answers; the body parsed where it is JSON. */
export async function request(url: string, init: RequestInit = {}): Promise<Answer> {
	const response = await fetch(url, init);
	const text = await response.text();
	let body: unknown = text;
	try {
		body = JSON.parse(text);
	} catch {
		// Text it is.
	}
	return { status: response.status, headers: response.headers, body };
}
