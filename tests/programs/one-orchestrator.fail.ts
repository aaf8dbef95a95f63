/** A machine with a crontab, and a nightly rule that runs a container by itself. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.ec2.Instance("features", {
		ami: "ami-0123456789abcdef0",
		instanceType: "t4g.small",
		userData: `#!/bin/bash
echo "0 2 * * * /opt/features/refresh.sh" | crontab -
`,
	});
	const nightly = new aws.cloudwatch.EventRule("nightly", { scheduleExpression: "cron(0 3 * * ? *)" });
	const cluster = new aws.ecs.Cluster("batch");
	new aws.cloudwatch.EventTarget("nightly", {
		rule: nightly.name,
		arn: cluster.arn,
		roleArn: "arn:aws:iam::123456789012:role/nightly",
		ecsTarget: {
			taskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/score:1",
			launchType: "FARGATE",
		},
	});
}
