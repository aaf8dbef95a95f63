/** A Fargate service that keeps two tasks running to ask a queue for work. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const jobs = new aws.sqs.Queue("jobs", { name: "jobs" });
	const task = new aws.ecs.TaskDefinition("resize", {
		family: "resize",
		requiresCompatibilities: ["FARGATE"],
		networkMode: "awsvpc",
		cpu: "256",
		memory: "512",
		taskRoleArn: "arn:aws:iam::123456789012:role/resize",
		containerDefinitions: JSON.stringify([
			{
				name: "resize",
				image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/resize:1",
				environment: [{ name: "QUEUE_URL", value: "https://sqs.us-east-1.amazonaws.com/123456789012/jobs" }],
			},
		]),
	});
	new aws.ecs.Service(
		"resize",
		{
			cluster: "arn:aws:ecs:us-east-1:123456789012:cluster/work",
			taskDefinition: task.arn,
			launchType: "FARGATE",
			desiredCount: 2,
			networkConfiguration: { subnets: ["subnet-0a1b2c3d"] },
		},
		{ dependsOn: [jobs] },
	);
}
