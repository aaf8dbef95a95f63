/**
 * What a team writes in a hurry: an API before a function before a database, and a nightly import from a queue. It would
 * deploy and work, until the first busy day. Breaks each of the core rules, on purpose.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const assumeRolePolicy = JSON.stringify({
		Version: "2012-10-17",
		Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
	});
	const role = new aws.iam.Role("recommender", { assumeRolePolicy });
	new aws.iam.RolePolicyAttachment("recommender-logs", {
		role: role.name,
		policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
	});

	const profiles = new aws.rds.Instance("profiles", {
		engine: "postgres",
		instanceClass: "db.t3.medium",
		allocatedStorage: 50,
		username: "app",
		manageMasterUserPassword: true,
		skipFinalSnapshot: true,
	});

	const code = new pulumi.asset.AssetArchive({
		"index.mjs": new pulumi.asset.StringAsset("export const handler = async () => ({ statusCode: 200 });"),
	});
	// No reservation, no tags; the timeout is the longest that Lambda allows, "to be safe".
	const recommend = new aws.lambda.Function("recommend", {
		role: role.arn,
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		code,
		timeout: 900,
		environment: { variables: { DATABASE_HOST: profiles.address } },
	});

	const api = new aws.apigateway.RestApi("recommender");
	const resource = new aws.apigateway.Resource("recommend", {
		restApi: api.id,
		parentId: api.rootResourceId,
		pathPart: "recommend",
	});
	const method = new aws.apigateway.Method("recommend", {
		restApi: api.id,
		resourceId: resource.id,
		httpMethod: "POST",
		authorization: "NONE",
	});
	const integration = new aws.apigateway.Integration("recommend", {
		restApi: api.id,
		resourceId: resource.id,
		httpMethod: method.httpMethod,
		integrationHttpMethod: "POST",
		type: "AWS_PROXY",
		uri: recommend.invokeArn,
	});
	new aws.lambda.Permission("recommend", {
		action: "lambda:InvokeFunction",
		function: recommend.name,
		principal: "apigateway.amazonaws.com",
		sourceArn: pulumi.interpolate`${api.executionArn}/*/*`,
	});
	const deployment = new aws.apigateway.Deployment("recommender", { restApi: api.id }, { dependsOn: integration });
	new aws.apigateway.Stage("prod", { restApi: api.id, deployment: deployment.id, stageName: "prod" });

	// The queue shows a message again after 10 s, while the import of it may still run. Nobody thought of its timeout either.
	const imports = new aws.sqs.Queue("imports", { visibilityTimeoutSeconds: 10 });
	const importer = new aws.lambda.Function("importer", {
		role: role.arn,
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		code,
	});
	new aws.lambda.EventSourceMapping("importer", { eventSourceArn: imports.arn, functionName: importer.arn });
}
