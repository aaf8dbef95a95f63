/** The same stores, closed and encrypted; the one open port is HTTPS on the load balancer in front. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const datasets = new aws.s3.Bucket("datasets");
	new aws.s3.BucketPolicy("datasets", {
		bucket: datasets.bucket,
		policy: pulumi.jsonStringify({
			Version: "2012-10-17",
			Statement: [
				{
					Effect: "Deny",
					Principal: "*",
					Action: "s3:*",
					Resource: pulumi.interpolate`${datasets.arn}/*`,
					Condition: { Bool: { "aws:SecureTransport": "false" } },
				},
			],
		}),
	});
	const front = new aws.ec2.SecurityGroup("front", {
		ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }],
	});
	new aws.lb.LoadBalancer("front", { securityGroups: [front.id], subnets: ["subnet-1", "subnet-2"] });
	const group = new aws.ec2.SecurityGroup("features", {
		ingress: [{ protocol: "tcp", fromPort: 5432, toPort: 5432, securityGroups: [front.id] }],
	});
	new aws.rds.Instance("features", {
		engine: "postgres",
		instanceClass: "db.t4g.medium",
		allocatedStorage: 20,
		username: "features",
		manageMasterUserPassword: true,
		storageEncrypted: true,
		skipFinalSnapshot: true,
		vpcSecurityGroupIds: [group.id],
	});
	new aws.ebs.Volume("scratch", { availabilityZone: "us-east-1a", size: 100, encrypted: true });
}
