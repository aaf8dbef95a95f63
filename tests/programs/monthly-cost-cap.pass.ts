/** One GPU instance at the least, for a model that may cost $900 a month. */
import * as aws from "@pulumi/aws";

export const config = { models: [{ name: "digit-reader", serve: "queued", slo: { monthlyCostUsd: 900 } }] };

export default async function program() {
	const template = new aws.ec2.LaunchTemplate("gpu", { imageId: "ami-0a1b2c3d4e5f60718", instanceType: "g5.xlarge" });
	new aws.autoscaling.Group("gpu", {
		minSize: 1,
		maxSize: 4,
		vpcZoneIdentifiers: ["subnet-0a1b2c3d"],
		launchTemplate: { id: template.id },
		tags: [{ key: "model", value: "digit-reader", propagateAtLaunch: true }],
	});
}
