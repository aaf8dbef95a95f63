/** A public function URL with alarms on its latency and its errors, of which somebody is told. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const onCall = new aws.sns.Topic("on-call");
	const score = new aws.lambda.Function("score", {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "score.zip",
	});
	new aws.lambda.FunctionUrl("score", { functionName: score.name, authorizationType: "NONE" });
	for (const [name, metricName] of [
		["latency", "UrlRequestLatency"],
		["errors", "Errors"],
	] as const)
		new aws.cloudwatch.MetricAlarm(name, {
			namespace: "AWS/Lambda",
			metricName,
			dimensions: { FunctionName: score.name },
			statistic: "Maximum",
			period: 60,
			evaluationPeriods: 5,
			comparisonOperator: "GreaterThanThreshold",
			threshold: 150,
			alarmActions: [onCall.arn],
		});
}
