/** A public bucket, a database with an open port and a public address, and a disk that anyone may read who finds it. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const datasets = new aws.s3.Bucket("datasets");
	new aws.s3.BucketPolicy("datasets", {
		bucket: datasets.bucket,
		policy: JSON.stringify({
			Version: "2012-10-17",
			Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::datasets/*" }],
		}),
	});
	const group = new aws.ec2.SecurityGroup("features", {
		ingress: [{ protocol: "tcp", fromPort: 5432, toPort: 5432, cidrBlocks: ["0.0.0.0/0"] }],
	});
	new aws.rds.Instance("features", {
		engine: "postgres",
		instanceClass: "db.t4g.medium",
		allocatedStorage: 20,
		username: "features",
		manageMasterUserPassword: true,
		publiclyAccessible: true,
		skipFinalSnapshot: true,
		vpcSecurityGroupIds: [group.id],
	});
	new aws.ebs.Volume("scratch", { availabilityZone: "us-east-1a", size: 100 });
}
