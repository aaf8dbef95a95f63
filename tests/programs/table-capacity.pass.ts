/** One table that pays by request, and one whose reads and writes follow its load. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.dynamodb.Table("features", {
		hashKey: "pk",
		attributes: [{ name: "pk", type: "S" }],
		billingMode: "PAY_PER_REQUEST",
	});
	const scores = new aws.dynamodb.Table("scores", {
		name: "scores",
		hashKey: "pk",
		attributes: [{ name: "pk", type: "S" }],
		readCapacity: 5,
		writeCapacity: 5,
	});
	for (const kind of ["Read", "Write"]) {
		const target = new aws.appautoscaling.Target(`scores-${kind}`, {
			serviceNamespace: "dynamodb",
			resourceId: scores.name.apply((name) => `table/${name}`),
			scalableDimension: `dynamodb:table:${kind}CapacityUnits`,
			minCapacity: 5,
			maxCapacity: 100,
		});
		new aws.appautoscaling.Policy(`scores-${kind}`, {
			policyType: "TargetTrackingScaling",
			serviceNamespace: target.serviceNamespace,
			resourceId: target.resourceId,
			scalableDimension: target.scalableDimension,
			targetTrackingScalingPolicyConfiguration: {
				predefinedMetricSpecification: { predefinedMetricType: `DynamoDB${kind}CapacityUtilization` },
				targetValue: 70,
			},
		});
	}
}
