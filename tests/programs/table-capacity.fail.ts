/** A table of fixed capacity: its reads have bounds to scale within, and nothing that scales them. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const scores = new aws.dynamodb.Table("scores", {
		name: "scores",
		hashKey: "pk",
		attributes: [{ name: "pk", type: "S" }],
		readCapacity: 5,
		writeCapacity: 5,
	});
	new aws.appautoscaling.Target("scores-reads", {
		serviceNamespace: "dynamodb",
		resourceId: scores.name.apply((name) => `table/${name}`),
		scalableDimension: "dynamodb:table:ReadCapacityUnits",
		minCapacity: 5,
		maxCapacity: 100,
	});
}
