/** The same service, scaled to nothing while its queue is empty. */
import * as aws from "@pulumi/aws";

export default async function program() {
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
	const service = new aws.ecs.Service("resize", {
		name: "resize",
		cluster: "arn:aws:ecs:us-east-1:123456789012:cluster/work",
		taskDefinition: task.arn,
		launchType: "FARGATE",
		desiredCount: 1,
		networkConfiguration: { subnets: ["subnet-0a1b2c3d"] },
	});
	new aws.appautoscaling.Target("resize", {
		serviceNamespace: "ecs",
		resourceId: service.name.apply((name) => `service/work/${name}`),
		scalableDimension: "ecs:service:DesiredCount",
		minCapacity: 0,
		maxCapacity: 10,
	});
}
