/** A table with every required tag, some of them from the provider's defaults. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const provider = new aws.Provider("tagged", {
		region: "us-east-1",
		defaultTags: { tags: { environment: "dev", "cost-center": "cc-42", team: "risk" } },
	});
	new aws.dynamodb.Table(
		"features",
		{
			attributes: [{ name: "pk", type: "S" }],
			hashKey: "pk",
			billingMode: "PAY_PER_REQUEST",
			tags: { model: "tumour-risk", feature: "screening" },
		},
		{ provider },
	);
}
