/** An API with limits on its stage, a usage plan and a key that its methods demand. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const api = new aws.apigateway.RestApi("inference");
	const score = new aws.apigateway.Resource("score", {
		restApi: api.id,
		parentId: api.rootResourceId,
		pathPart: "score",
	});
	const method = new aws.apigateway.Method("post-score", {
		restApi: api.id,
		resourceId: score.id,
		httpMethod: "POST",
		authorization: "NONE",
		apiKeyRequired: true,
	});
	const integration = new aws.apigateway.Integration("score", {
		restApi: api.id,
		resourceId: score.id,
		httpMethod: method.httpMethod,
		type: "MOCK",
	});
	const deployment = new aws.apigateway.Deployment("inference", { restApi: api.id }, { dependsOn: integration });
	const stage = new aws.apigateway.Stage("prod", { restApi: api.id, deployment: deployment.id, stageName: "prod" });
	new aws.apigateway.MethodSettings("prod", {
		restApi: api.id,
		stageName: stage.stageName,
		methodPath: "*/*",
		settings: { throttlingRateLimit: 100, throttlingBurstLimit: 200 },
	});
	const plan = new aws.apigateway.UsagePlan("acme", {
		apiStages: [{ apiId: api.id, stage: stage.stageName }],
		throttleSettings: { rateLimit: 10, burstLimit: 20 },
		quotaSettings: { limit: 100_000, period: "DAY" },
	});
	const key = new aws.apigateway.ApiKey("acme");
	new aws.apigateway.UsagePlanKey("acme", { keyId: key.id, keyType: "API_KEY", usagePlanId: plan.id });
}
