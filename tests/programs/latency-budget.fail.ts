/** An endpoint of a declared model, whose hops sum to more than its p95. */
import * as aws from "@pulumi/aws";

/** Of the pack: the model that the function answers for. */
export const config = {
	models: [{ name: "tumour-risk", slo: { p95Ms: 150 }, budget: { featuresMs: 45, modelMs: 60, restMs: 50 } }],
};

export default async function program() {
	const score = new aws.lambda.Function("score", {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "score.zip",
		timeout: 1,
		tags: { model: "tumour-risk" },
	});
	const api = new aws.apigatewayv2.Api("inference", { protocolType: "HTTP" });
	new aws.apigatewayv2.Integration("infer", {
		apiId: api.id,
		integrationType: "AWS_PROXY",
		integrationUri: score.arn,
	});
	new aws.apigatewayv2.Stage("live", { apiId: api.id, autoDeploy: true });
}
