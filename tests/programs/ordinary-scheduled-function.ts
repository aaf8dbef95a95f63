/** A function that looks at a web site every five minutes and mails what it finds. Not written with the charter in mind. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const alerts = new aws.sns.Topic("alerts");
	new aws.sns.TopicSubscription("alerts-mail", { topic: alerts.arn, protocol: "email", endpoint: "ops@example.com" });

	const role = new aws.iam.Role("checker-role", {
		assumeRolePolicy: JSON.stringify({
			Version: "2012-10-17",
			Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" } }],
		}),
		managedPolicyArns: [aws.iam.ManagedPolicy.AWSLambdaBasicExecutionRole],
	});
	new aws.iam.RolePolicy("checker-alerts", {
		role: role.id,
		policy: JSON.stringify({
			Version: "2012-10-17",
			Statement: [{ Effect: "Allow", Action: "sns:*", Resource: "*" }],
		}),
	});
	const logs = new aws.cloudwatch.LogGroup("checker-logs", { name: "/aws/lambda/site-checker", retentionInDays: 14 });
	const checker = new aws.lambda.Function(
		"checker",
		{
			name: "site-checker",
			role: role.arn,
			runtime: aws.lambda.Runtime.Python3d13,
			handler: "checker.handler",
			code: new pulumi.asset.AssetArchive({
				"checker.py": new pulumi.asset.StringAsset("def handler(event, context):\n    return None\n"),
			}),
			timeout: 30,
			environment: { variables: { TOPIC_ARN: alerts.arn, SITE: "https://www.example.com" } },
		},
		{ dependsOn: [logs] },
	);

	const everyFiveMinutes = new aws.cloudwatch.EventRule("every-five-minutes", {
		scheduleExpression: "rate(5 minutes)",
	});
	new aws.cloudwatch.EventTarget("check", { rule: everyFiveMinutes.name, arn: checker.arn });
	new aws.lambda.Permission("rule-invokes", {
		action: "lambda:InvokeFunction",
		function: checker.name,
		principal: "events.amazonaws.com",
		sourceArn: everyFiveMinutes.arn,
	});
}
