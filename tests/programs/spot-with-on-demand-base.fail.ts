/** GPU workers on demand alone, of one type. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const template = new aws.ec2.LaunchTemplate("gpu", { imageId: "ami-0a1b2c3d4e5f60718", instanceType: "g5.xlarge" });
	new aws.autoscaling.Group("gpu", {
		minSize: 1,
		maxSize: 4,
		vpcZoneIdentifiers: ["subnet-0a1b2c3d"],
		launchTemplate: { id: template.id, version: "$Latest" },
	});
}
