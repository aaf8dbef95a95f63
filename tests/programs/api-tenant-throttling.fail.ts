/** A public API without a limit of any kind. */
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
	});
	const integration = new aws.apigateway.Integration("score", {
		restApi: api.id,
		resourceId: score.id,
		httpMethod: method.httpMethod,
		type: "MOCK",
	});
	const deployment = new aws.apigateway.Deployment("inference", { restApi: api.id }, { dependsOn: integration });
	new aws.apigateway.Stage("prod", { restApi: api.id, deployment: deployment.id, stageName: "prod" });
}
