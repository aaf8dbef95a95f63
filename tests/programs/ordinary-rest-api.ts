/** A REST API before a function before a table, as tutorials have it. Not written with the charter in mind. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const table = new aws.dynamodb.Table("counter", {
		attributes: [{ name: "id", type: "S" }],
		hashKey: "id",
		readCapacity: 5,
		writeCapacity: 5,
	});

	const role = new aws.iam.Role("api-role", {
		assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
	});
	new aws.iam.RolePolicyAttachment("api-role-logs", {
		role: role.name,
		policyArn: aws.iam.ManagedPolicy.AWSLambdaBasicExecutionRole,
	});
	new aws.iam.RolePolicy("api-role-table", {
		role: role.id,
		policy: pulumi.jsonStringify({
			Version: "2012-10-17",
			Statement: [{ Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:UpdateItem"], Resource: [table.arn] }],
		}),
	});

	const handler = new aws.lambda.Function("api-handler", {
		role: role.arn,
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		code: new pulumi.asset.AssetArchive({
			"index.mjs": new pulumi.asset.StringAsset("export const handler = async () => ({ statusCode: 200 });"),
		}),
		environment: { variables: { TABLE_NAME: table.name } },
	});

	const api = new aws.apigateway.RestApi("api", { description: "Counts visits" });
	const resource = new aws.apigateway.Resource("proxy", {
		restApi: api.id,
		parentId: api.rootResourceId,
		pathPart: "{proxy+}",
	});
	const method = new aws.apigateway.Method("any", {
		restApi: api.id,
		resourceId: resource.id,
		httpMethod: "ANY",
		authorization: "NONE",
	});
	const integration = new aws.apigateway.Integration("any", {
		restApi: api.id,
		resourceId: resource.id,
		httpMethod: method.httpMethod,
		integrationHttpMethod: "POST",
		type: "AWS_PROXY",
		uri: handler.invokeArn,
	});
	new aws.lambda.Permission("api-invokes", {
		action: "lambda:InvokeFunction",
		function: handler.name,
		principal: "apigateway.amazonaws.com",
		sourceArn: pulumi.interpolate`${api.executionArn}/*/*`,
	});
	const deployment = new aws.apigateway.Deployment("api", { restApi: api.id }, { dependsOn: [integration] });
	new aws.apigateway.Stage("v1", { restApi: api.id, deployment: deployment.id, stageName: "v1" });
}
