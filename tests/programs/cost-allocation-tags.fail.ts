/** A table whose cost nobody can attribute: one tag is missing, one is empty. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.dynamodb.Table("features", {
		attributes: [{ name: "pk", type: "S" }],
		hashKey: "pk",
		billingMode: "PAY_PER_REQUEST",
		tags: { team: "risk", model: "", environment: "dev", "cost-center": "cc-42" },
	});
}
