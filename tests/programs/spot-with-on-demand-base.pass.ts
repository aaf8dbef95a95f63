/** GPU workers of two types: one on demand, the rest on spot. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const template = new aws.ec2.LaunchTemplate("gpu", { imageId: "ami-0a1b2c3d4e5f60718", instanceType: "g5.xlarge" });
	new aws.autoscaling.Group("gpu", {
		minSize: 1,
		maxSize: 4,
		vpcZoneIdentifiers: ["subnet-0a1b2c3d"],
		mixedInstancesPolicy: {
			instancesDistribution: {
				onDemandBaseCapacity: 1,
				onDemandPercentageAboveBaseCapacity: 0,
				spotAllocationStrategy: "price-capacity-optimized",
			},
			launchTemplate: {
				launchTemplateSpecification: { launchTemplateId: template.id },
				overrides: [{ instanceType: "g5.xlarge" }, { instanceType: "g4dn.xlarge" }],
			},
		},
	});
}
