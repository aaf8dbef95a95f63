import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { accessLogFormat } from "../../../components/parts/access-log.ts";
import { BoundedFunction } from "../../../components/parts/bounded-function.ts";
import { FrontDoor } from "../../../components/parts/front-door.ts";
import { gatewayResponses } from "../../../components/parts/gateway-responses.ts";
import { TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const fn = (name: string, change: { isReleased?: boolean } = {}) =>
	new BoundedFunction(name, {
		description: name,
		code: new pulumi.asset.FileArchive(`dist/${name}`),
		architecture: "arm64",
		memoryMb: 512,
		timeoutSeconds: 1,
		reservedConcurrency: 2,
		environment: {},
		grants: [],
		tags: TAGS,
		logRetentionDays: 30,
		...change,
	});

const deployed = (change: { integrationTimeoutMs?: number; isReleased?: boolean } = {}) =>
	underMocks(() => {
		const { isReleased = false } = change;
		const backend = fn("predict", { isReleased });
		const door = new FrontDoor("door", {
			stageName: "test",
			routes: (
				[
					["/v2/models/m", "GET"],
					["/v2/models/m/infer", "POST"],
					["/v2/jobs/{job}", "GET"],
					["/v2/jobs/{job}", "DELETE"],
				] as const
			).map(([path, method]) => ({
				path,
				method,
				backend,
				integrationTimeoutMs: change.integrationTimeoutMs ?? 1500,
			})),
			authorize: fn("authorize"),
			throttle: { rateLimit: 30, burstLimit: 60 },
			tags: TAGS,
			logRetentionDays: 7,
		});
		return door.url;
	});
const triggersOf = async (change: { integrationTimeoutMs?: number }) =>
	(await deployed(change)).find("aws:apigateway/deployment:Deployment", "door-deployment").inputs.triggers;

describe("components/parts/front-door", () => {
	it("makes each resource, method and integration of its routes once, and one permission a function", async () => {
		const { resources } = await deployed();
		const own = titles(resources).filter((title) => title.includes("::door") && !title.includes(":Response::"));
		expect(own).to.deep.equal([
			"aws:apigateway/authorizer:Authorizer::door-authorizer",
			"aws:apigateway/deployment:Deployment::door-deployment",
			"aws:apigateway/integration:Integration::door/v2/jobs/{job}:ANY",
			"aws:apigateway/integration:Integration::door/v2/jobs/{job}:DELETE",
			"aws:apigateway/integration:Integration::door/v2/jobs/{job}:GET",
			"aws:apigateway/integration:Integration::door/v2/models/m/infer:ANY",
			"aws:apigateway/integration:Integration::door/v2/models/m/infer:POST",
			"aws:apigateway/integration:Integration::door/v2/models/m:ANY",
			"aws:apigateway/integration:Integration::door/v2/models/m:GET",
			"aws:apigateway/method:Method::door/v2/jobs/{job}:ANY",
			"aws:apigateway/method:Method::door/v2/jobs/{job}:DELETE",
			"aws:apigateway/method:Method::door/v2/jobs/{job}:GET",
			"aws:apigateway/method:Method::door/v2/models/m/infer:ANY",
			"aws:apigateway/method:Method::door/v2/models/m/infer:POST",
			"aws:apigateway/method:Method::door/v2/models/m:ANY",
			"aws:apigateway/method:Method::door/v2/models/m:GET",
			"aws:apigateway/methodSettings:MethodSettings::door-limits",
			"aws:apigateway/resource:Resource::door/v2",
			"aws:apigateway/resource:Resource::door/v2/jobs",
			"aws:apigateway/resource:Resource::door/v2/jobs/{job}",
			"aws:apigateway/resource:Resource::door/v2/models",
			"aws:apigateway/resource:Resource::door/v2/models/m",
			"aws:apigateway/resource:Resource::door/v2/models/m/infer",
			"aws:apigateway/restApi:RestApi::door-api",
			"aws:apigateway/stage:Stage::door-stage",
			"aws:cloudwatch/logGroup:LogGroup::door-access-log",
			"aws:lambda/permission:Permission::door-calls-authorize",
			"aws:lambda/permission:Permission::door-calls-predict",
			"triplane:data:ApiStage::door",
			"triplane:data:FrontDoor::door",
		]);
	});

	it("is a regional API that takes the tenant's key from the authorizer", async () => {
		const { find, result } = await deployed();
		expect(find("aws:apigateway/restApi:RestApi", "door-api").inputs).to.deep.equal({
			description: "Triplane's models, test",
			apiKeySource: "AUTHORIZER",
			endpointConfiguration: { types: "REGIONAL" },
			tags: TAGS,
		});
		expect(result).to.equal("https://door-api-id.execute-api.us-east-1.amazonaws.com/test");
	});

	it("hangs each path below its parent, from the root", async () => {
		const { resources } = await deployed();
		const tree = resources
			.filter(({ type }) => type === "aws:apigateway/resource:Resource")
			.map(({ inputs }) => [inputs.parentId, inputs.pathPart]);
		expect(tree).to.have.deep.members([
			["door-api-root", "v2"],
			["door/v2-id", "jobs"],
			["door/v2/jobs-id", "{job}"],
			["door/v2-id", "models"],
			["door/v2/models-id", "m"],
			["door/v2/models/m-id", "infer"],
		]);
	});

	it("demands a tenant and its key on every method", async () => {
		const { find } = await deployed();
		expect(find("aws:apigateway/method:Method", "door/v2/models/m/infer:POST").inputs).to.deep.equal({
			restApi: "door-api-id",
			resourceId: "door/v2/models/m/infer-id",
			httpMethod: "POST",
			authorization: "CUSTOM",
			authorizerId: "door-authorizer-id",
			apiKeyRequired: true,
		});
		expect(find("aws:apigateway/authorizer:Authorizer", "door-authorizer").inputs).to.deep.equal({
			restApi: "door-api-id",
			type: "REQUEST",
			identitySource: "method.request.header.Authorization",
			authorizerUri: "arn:invoke:authorize",
			authorizerResultTtlInSeconds: 60,
		});
	});

	it("hands a request to the function, and waits for it as long as it is told", async () => {
		const { find } = await deployed();
		expect(find("aws:apigateway/integration:Integration", "door/v2/models/m/infer:POST").inputs).to.deep.equal({
			restApi: "door-api-id",
			resourceId: "door/v2/models/m/infer-id",
			httpMethod: "POST",
			type: "AWS_PROXY",
			integrationHttpMethod: "POST",
			uri: "arn:invoke:predict",
			timeoutMilliseconds: 1500,
		});
	});

	it("lets this API alone call the functions, and its authorizer alone the authorizing one", async () => {
		const { find } = await deployed();
		const permission = (name: string) => find("aws:lambda/permission:Permission", name).inputs;
		const common = { action: "lambda:InvokeFunction", principal: "apigateway.amazonaws.com" };
		const api = "arn:aws:execute-api:us-east-1:123456789012:door-api";
		expect(permission("door-calls-predict")).to.deep.equal({
			...common,
			function: "predict",
			sourceArn: `${api}/*/*`,
		});
		expect(permission("door-calls-authorize")).to.deep.equal({
			...common,
			function: "authorize",
			sourceArn: `${api}/authorizers/door-authorizer-id`,
		});
	});

	it("puts every error of API Gateway's own into our shape", async () => {
		const { resources } = await deployed();
		const made = resources.filter(({ type }) => type === "aws:apigateway/response:Response");
		expect(made.map(({ inputs }) => inputs)).to.have.deep.members(
			gatewayResponses().map((response) => ({ restApiId: "door-api-id", ...response })),
		);
	});

	it("traces its stage and logs each request into a group that expires", async () => {
		const { find } = await deployed();
		expect(find("aws:apigateway/stage:Stage", "door-stage").inputs).to.deep.equal({
			restApi: "door-api-id",
			deployment: "door-deployment-id",
			stageName: "test",
			xrayTracingEnabled: true,
			accessLogSettings: { destinationArn: "arn:door-access-log", format: accessLogFormat() },
			tags: TAGS,
		});
		expect(find("aws:cloudwatch/logGroup:LogGroup", "door-access-log").inputs).to.deep.equal({
			name: "/triplane/dev/door-access",
			retentionInDays: 7,
			tags: TAGS,
		});
	});

	it("limits and measures every method of the stage", async () => {
		const { find } = await deployed();
		expect(find("aws:apigateway/methodSettings:MethodSettings", "door-limits").inputs).to.deep.equal({
			restApi: "door-api-id",
			stageName: "test",
			methodPath: "*/*",
			settings: {
				throttlingRateLimit: 30,
				throttlingBurstLimit: 60,
				metricsEnabled: true,
				loggingLevel: "OFF",
				dataTraceEnabled: false,
			},
		});
	});

	it("deploys anew when a route changes, and only then", async () => {
		const before = await triggersOf({});
		expect(before).to.have.all.keys("shape", "functions");
		expect(await triggersOf({})).to.deep.equal(before);
		expect(await triggersOf({ integrationTimeoutMs: 2500 })).not.to.deep.equal(before);
	});

	it("calls what is live of a released function, and may call nothing else of it", async () => {
		const { find } = await deployed({ isReleased: true });
		expect(find("aws:apigateway/integration:Integration", "door/v2/models/m:GET").inputs).to.include({
			uri: "arn:invoke:predict-live",
		});
		expect(find("aws:lambda/permission:Permission", "door-calls-predict").inputs).to.include({
			function: "predict",
			qualifier: "live",
		});
		expect(find("aws:lambda/permission:Permission", "door-calls-authorize").inputs).not.to.have.property("qualifier");
	});
});
