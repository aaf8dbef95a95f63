/** API Gateway types of the provider: made, read back by AWS's own API, changed in place, deleted. */
import {
	GetAccountCommand,
	GetApiKeyCommand,
	GetAuthorizerCommand,
	GetDeploymentCommand,
	GetGatewayResponseCommand,
	GetIntegrationCommand,
	GetIntegrationResponseCommand,
	GetMethodCommand,
	GetMethodResponseCommand,
	GetRestApiCommand,
	GetStageCommand,
	GetTagsCommand,
	GetUsagePlanCommand,
	GetUsagePlanKeyCommand,
} from "@aws-sdk/client-api-gateway";
import { expect } from "chai";
import { makeApi, makeFunction, request, type TestApi } from "../support/cloud/functions.ts";
import { type Made, startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";

describe("The provider's API Gateway types", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	let target: Made;
	let made: TestApi;
	before(async () => {
		cloud = await startTestCloud(scope);
		target = await makeFunction(
			cloud,
			"target",
			'export const handler = async () => ({ statusCode: 200, body: "ok" });',
		);
		made = await makeApi(cloud, "api", target);
	});
	after(() => scope.disposeAsync());
	const gateway = () => cloud.context.clients.apigateway;

	it("make and change an API, and give its root and the ARN of its calls.", async () => {
		const api = await cloud.make("aws:apigateway/restApi:RestApi", "other", {
			apiKeySource: "AUTHORIZER",
			tags: { team: "a" },
		});
		expect(api.text("executionArn")).to.equal(`arn:aws:execute-api:us-east-1:000000000000:${api.id}`);
		expect(api.text("rootResourceId")).to.have.length.above(3);
		await api.update({ description: "second", apiKeySource: "HEADER", tags: { team: "b" } });
		const found = await gateway().send(new GetRestApiCommand({ restApiId: api.id }));
		expect(found).to.deep.include({ name: api.text("name"), description: "second", apiKeySource: "HEADER" });
		const tags = await gateway().send(new GetTagsCommand({ resourceArn: api.text("arn") }));
		expect(tags.tags).to.deep.equal({ team: "b" });
		await api.delete();
		expect(await api.read()).to.equal(undefined);
	});

	it("make and delete a resource, and say its path.", async () => {
		const parent = await cloud.make("aws:apigateway/resource:Resource", "v2", {
			restApi: made.api.id,
			parentId: made.api.text("rootResourceId"),
			pathPart: "v2",
		});
		const child = await cloud.make("aws:apigateway/resource:Resource", "models", {
			restApi: made.api.id,
			parentId: parent.id,
			pathPart: "models",
		});
		expect(child.properties.path).to.equal("/v2/models");
		await child.delete();
		expect(await child.read()).to.equal(undefined);
	});

	it("change a method in place, with booleans that stay booleans.", async () => {
		const place = { restApiId: made.api.id, resourceId: String(made.method.properties.resourceId), httpMethod: "ANY" };
		await made.method.update({ apiKeyRequired: true, operationName: "all" });
		expect(await gateway().send(new GetMethodCommand(place))).to.include({
			apiKeyRequired: true,
			operationName: "all",
		});
		expect((await request(`${made.url}/a`)).status).to.equal(403);
		await made.method.update({ apiKeyRequired: false });
		expect((await request(`${made.url}/a`)).status).to.equal(200);
		await made.integration.update({ timeoutMilliseconds: 1234 });
		expect((await gateway().send(new GetIntegrationCommand(place))).timeoutInMillis).to.equal(1234);
		expect((await request(`${made.url}/a`)).body).to.equal("ok");
	});

	it("make, change and delete the responses of a method without proxy.", async () => {
		const resource = await cloud.make("aws:apigateway/resource:Resource", "mock", {
			restApi: made.api.id,
			parentId: made.api.text("rootResourceId"),
			pathPart: "mock",
		});
		const place = { restApi: made.api.id, resourceId: resource.id, httpMethod: "GET" };
		const call = { restApiId: made.api.id, resourceId: resource.id, httpMethod: "GET", statusCode: "200" };
		const method = await cloud.make("aws:apigateway/method:Method", "mock", { ...place, authorization: "NONE" });
		const integration = await cloud.make("aws:apigateway/integration:Integration", "mock", {
			...place,
			type: "MOCK",
			requestTemplates: { "application/json": '{"statusCode": 200}' },
		});
		const methodResponse = await cloud.make("aws:apigateway/methodResponse:MethodResponse", "mock", {
			...place,
			statusCode: "200",
			responseModels: { "application/json": "Empty" },
		});
		const response = await cloud.make("aws:apigateway/integrationResponse:IntegrationResponse", "mock", {
			...place,
			statusCode: "200",
			responseTemplates: { "application/json": '{"a":1}' },
		});
		await response.update({ responseTemplates: { "application/json": '{"a":2}' } });
		expect((await gateway().send(new GetMethodResponseCommand(call))).responseModels).to.deep.equal({
			"application/json": "Empty",
		});
		expect((await gateway().send(new GetIntegrationResponseCommand(call))).responseTemplates).to.deep.equal({
			"application/json": '{"a":2}',
		});
		expect((await request(`${made.url}/mock`)).body).to.deep.equal({ a: 2 });
		for (const each of [response, methodResponse, integration, method]) {
			await each.delete();
			expect(await each.read(), each.id).to.equal(undefined);
		}
	});

	it("make, change and delete an authorizer.", async () => {
		const authorizer = await cloud.make("aws:apigateway/authorizer:Authorizer", "tokens", {
			restApi: made.api.id,
			authorizerUri: target.text("invokeArn"),
			type: "REQUEST",
		});
		expect(authorizer.properties).to.include({ authorizerResultTtlInSeconds: 300 });
		await authorizer.update({ authorizerResultTtlInSeconds: 60 });
		const call = new GetAuthorizerCommand({ restApiId: made.api.id, authorizerId: authorizer.id });
		expect(await gateway().send(call)).to.include({ type: "REQUEST", authorizerResultTtlInSeconds: 60 });
		await authorizer.delete();
		expect(await authorizer.read()).to.equal(undefined);
	});

	it("make a deployment and move a stage to it.", async () => {
		const deployment = await cloud.make("aws:apigateway/deployment:Deployment", "second", { restApi: made.api.id });
		await deployment.update({ description: "with more" });
		const call = { restApiId: made.api.id, deploymentId: deployment.id };
		expect((await gateway().send(new GetDeploymentCommand(call))).description).to.equal("with more");
		const first = String(made.stage.properties.deployment);
		await made.stage.update({
			deployment: deployment.id,
			xrayTracingEnabled: true,
			variables: { a: "1" },
			accessLogSettings: {
				destinationArn: "arn:aws:logs:us-east-1:000000000000:log-group:x:*",
				format: "$context.requestId",
			},
		});
		const stageCall = new GetStageCommand({ restApiId: made.api.id, stageName: "v1" });
		expect(await gateway().send(stageCall)).to.deep.include({
			deploymentId: deployment.id,
			tracingEnabled: true,
			variables: { a: "1" },
			accessLogSettings: {
				destinationArn: "arn:aws:logs:us-east-1:000000000000:log-group:x",
				format: "$context.requestId",
			},
		});
		expect(made.stage.properties.invokeUrl).to.equal(`${cloud.emulator.url}/_aws/execute-api/${made.api.id}/v1`);
		await made.stage.update({ deployment: first });
		await deployment.delete();
		expect(await deployment.read()).to.equal(undefined);
	});

	it("make, change and delete a stage's method settings, which are in force.", async () => {
		const settings = await cloud.make("aws:apigateway/methodSettings:MethodSettings", "all", {
			restApi: made.api.id,
			stageName: "v1",
			methodPath: "*/*",
			settings: { throttlingRateLimit: 0.01, throttlingBurstLimit: 1 },
		});
		expect((await request(`${made.url}/a`)).status).to.equal(200);
		expect((await request(`${made.url}/a`)).status).to.equal(429);
		await settings.update({ settings: { throttlingRateLimit: 1000, throttlingBurstLimit: 2000 } });
		const call = new GetStageCommand({ restApiId: made.api.id, stageName: "v1" });
		expect((await gateway().send(call)).methodSettings?.["*/*"]).to.include({
			throttlingRateLimit: 1000,
			throttlingBurstLimit: 2000,
		});
		await settings.delete();
		expect(await settings.read()).to.equal(undefined);
	});

	it("make, change and delete a gateway response.", async () => {
		const response = await cloud.make("aws:apigateway/response:Response", "denied", {
			restApiId: made.api.id,
			responseType: "ACCESS_DENIED",
			responseTemplates: { "application/json": "{}" },
		});
		await response.update({ statusCode: "404", responseParameters: { "gatewayresponse.header.X-A": "'1'" } });
		const call = new GetGatewayResponseCommand({ restApiId: made.api.id, responseType: "ACCESS_DENIED" });
		expect(await gateway().send(call)).to.deep.include({
			statusCode: "404",
			responseParameters: { "gatewayresponse.header.X-A": "'1'" },
		});
		await response.delete();
		expect(await response.read()).to.equal(undefined);
	});

	it("make, change and delete a usage plan with its stages, and a key in it.", async () => {
		const stage = { apiId: made.api.id, stage: "v1" };
		const plan = await cloud.make("aws:apigateway/usagePlan:UsagePlan", "plan", {
			apiStages: [{ ...stage, throttles: [{ path: "/a/GET", rateLimit: 1, burstLimit: 1 }] }],
			throttleSettings: { rateLimit: 1, burstLimit: 2 },
			quotaSettings: { limit: 10, period: "DAY" },
			tags: { team: "a" },
		});
		const stateOf = () => gateway().send(new GetUsagePlanCommand({ usagePlanId: plan.id }));
		const before = await stateOf();
		expect(before.apiStages).to.deep.equal([{ ...stage, throttle: { "/a/GET": { rateLimit: 1, burstLimit: 1 } } }]);
		expect([before.throttle, before.quota]).to.deep.equal([
			{ rateLimit: 1, burstLimit: 2 },
			{ limit: 10, period: "DAY" },
		]);
		await plan.update({
			throttleSettings: { rateLimit: 2.5, burstLimit: 5 },
			quotaSettings: { limit: 20, period: "WEEK" },
		});
		await plan.update({ apiStages: [] });
		expect((await stateOf()).apiStages).to.deep.equal([]);
		await plan.update({ apiStages: [stage] });
		const after = await stateOf();
		expect(after.apiStages).to.deep.equal([stage]);
		expect([after.throttle, after.quota]).to.deep.equal([
			{ rateLimit: 2.5, burstLimit: 5 },
			{ limit: 20, period: "WEEK" },
		]);

		const key = await cloud.make("aws:apigateway/apiKey:ApiKey", "key", { value: "v".repeat(24) });
		expect(key.text("value")).to.equal("v".repeat(24));
		await key.update({ enabled: false });
		const found = await gateway().send(new GetApiKeyCommand({ apiKey: key.id, includeValue: true }));
		expect(found).to.include({ enabled: false, value: "v".repeat(24) });
		const member = await cloud.make("aws:apigateway/usagePlanKey:UsagePlanKey", "member", {
			keyId: key.id,
			keyType: "API_KEY",
			usagePlanId: plan.id,
		});
		expect(member.properties).to.include({ name: key.text("name"), value: key.text("value") });
		const call = new GetUsagePlanKeyCommand({ usagePlanId: plan.id, keyId: key.id });
		expect((await gateway().send(call)).value).to.equal(key.text("value"));
		for (const each of [member, key, plan]) {
			await each.delete();
			expect(await each.read(), each.id).to.equal(undefined);
		}
	});

	it("set the account's role for logs, and take it back.", async () => {
		const account = await cloud.make("aws:apigateway/account:Account", "account", {
			cloudwatchRoleArn: "arn:aws:iam::000000000000:role/logs",
		});
		const roleOf = async () => (await gateway().send(new GetAccountCommand({}))).cloudwatchRoleArn;
		expect(await roleOf()).to.equal("arn:aws:iam::000000000000:role/logs");
		await account.update({ cloudwatchRoleArn: "arn:aws:iam::000000000000:role/other" });
		expect(await roleOf()).to.equal("arn:aws:iam::000000000000:role/other");
		await account.delete();
		expect((await roleOf()) ?? "").to.equal("");
	});

	it("are gone from the API when it is deleted.", async () => {
		await made.stage.delete();
		expect(await made.stage.read()).to.equal(undefined);
		expect((await request(`${made.url}/a`)).status).to.equal(403);
	});
});
