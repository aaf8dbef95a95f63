/** A dashboard that shows the endpoint where requests come in and where they are answered. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Of the pack: the model that the function answers for. */
export const config = {
	models: [{ name: "tumour-risk", slo: { p95Ms: 150 }, budget: { featuresMs: 40, modelMs: 60, restMs: 50 } }],
};

export default async function program() {
	const score = new aws.lambda.Function("score", {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "score.zip",
		tags: { model: "tumour-risk" },
	});
	const api = new aws.apigatewayv2.Api("inference", { protocolType: "HTTP" });
	new aws.apigatewayv2.Integration("infer", {
		apiId: api.id,
		integrationType: "AWS_PROXY",
		integrationUri: score.arn,
	});
	new aws.apigatewayv2.Stage("live", { apiId: api.id, autoDeploy: true });
	new aws.cloudwatch.Dashboard("inference", {
		dashboardName: "inference",
		dashboardBody: pulumi.jsonStringify({
			widgets: [
				{
					type: "metric",
					width: 12,
					height: 7,
					properties: {
						region: "us-east-1",
						metrics: [
							["AWS/ApiGateway", "Latency", "ApiId", api.id, { stat: "p95" }],
							["AWS/Lambda", "Duration", "FunctionName", score.name, { stat: "p95" }],
						],
					},
				},
			],
		}),
	});
}
