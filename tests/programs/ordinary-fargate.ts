/** A web service on Fargate behind a load balancer, as tutorials have it. Not written with the charter in mind. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true });
	const subnets = ["us-east-1a", "us-east-1b"].map(
		(availabilityZone, i) =>
			new aws.ec2.Subnet(`public-${i}`, {
				vpcId: vpc.id,
				cidrBlock: `10.0.${i}.0/24`,
				availabilityZone,
				mapPublicIpOnLaunch: true,
			}),
	);

	// One group for the load balancer and the tasks behind it.
	const group = new aws.ec2.SecurityGroup("web", {
		vpcId: vpc.id,
		ingress: [{ protocol: "tcp", fromPort: 80, toPort: 80, cidrBlocks: ["0.0.0.0/0"] }],
		egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
	});
	const balancer = new aws.lb.LoadBalancer("web", {
		securityGroups: [group.id],
		subnets: subnets.map(({ id }) => id),
	});
	const targets = new aws.lb.TargetGroup("web", { port: 80, protocol: "HTTP", targetType: "ip", vpcId: vpc.id });
	const listener = new aws.lb.Listener("web", {
		loadBalancerArn: balancer.arn,
		port: 80,
		defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
	});

	const role = new aws.iam.Role("task-exec-role", {
		assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "ecs-tasks.amazonaws.com" }),
	});
	new aws.iam.RolePolicyAttachment("task-exec-policy", {
		role: role.name,
		policyArn: "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
	});
	const logs = new aws.cloudwatch.LogGroup("web-logs");
	const definition = new aws.ecs.TaskDefinition("web", {
		family: "fargate-task-definition",
		cpu: "256",
		memory: "512",
		networkMode: "awsvpc",
		requiresCompatibilities: ["FARGATE"],
		executionRoleArn: role.arn,
		containerDefinitions: pulumi.jsonStringify([
			{
				name: "my-app",
				image: "nginx",
				portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }],
				logConfiguration: {
					logDriver: "awslogs",
					options: { "awslogs-group": logs.name, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web" },
				},
			},
		]),
	});
	const cluster = new aws.ecs.Cluster("cluster");
	new aws.ecs.Service(
		"web",
		{
			cluster: cluster.arn,
			desiredCount: 3,
			launchType: "FARGATE",
			taskDefinition: definition.arn,
			networkConfiguration: {
				assignPublicIp: true,
				subnets: subnets.map(({ id }) => id),
				securityGroups: [group.id],
			},
			loadBalancers: [{ targetGroupArn: targets.arn, containerName: "my-app", containerPort: 80 }],
		},
		{ dependsOn: [listener] },
	);
}
