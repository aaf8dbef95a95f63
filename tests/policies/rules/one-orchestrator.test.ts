import { expect } from "chai";
import { oneOrchestrator as rule } from "../../../policies/rules/one-orchestrator.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	json,
	open,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const cluster = resource("aws:ecs/cluster:Cluster", "cluster");
const machine = resource("aws:sfn/stateMachine:StateMachine", "nightly", { definition: "{}" });
const fn = resource("aws:lambda/function:Function", "tidy");
const role = resource("aws:iam/role:Role", "starter");
const deadLetters = resource("aws:sqs/queue:Queue", "undelivered");
const host = (userData: unknown) => resource("aws:ec2/instance:Instance", "host", { userData });
const task = (containers: unknown) =>
	resource("aws:ecs/taskDefinition:TaskDefinition", "task", { containerDefinitions: json(containers) });
const target = (props: Record<string, unknown>) =>
	resource("aws:cloudwatch/eventTarget:EventTarget", "target", { rule: "nightly", ...props });
const schedule = (props: Record<string, unknown>) =>
	resource("aws:scheduler/schedule:Schedule", "schedule", {
		scheduleExpression: "rate(1 day)",
		target: { roleArn: ref(role, "arn"), deadLetterConfig: { arn: ref(deadLetters, "arn") }, ...props },
	});
const around = [cluster, machine, fn, role, deadLetters];
const base64 = (text: string) => Buffer.from(text).toString("base64");
const aws = (rest: string) => `arn:aws:${rest}`;

describe("policies/rules/one-orchestrator", () => {
	it("has nothing to say of workflows and functions themselves", () => {
		expect(answers(rule, [machine, fn])).to.deep.equal([]);
	});

	describe("clocks", () => {
		for (const script of [
			"#!/bin/bash\ncrontab /opt/jobs",
			"#!/bin/bash\ncp job /etc/cron.d/job",
			"#!/bin/bash\napt-get install -y cron",
			"#!/bin/bash\nservice crond start",
			"#cloud-config\npackages:\n  - cronie",
			"[Timer]\nOnCalendar=*-*-* 02:00:00",
			"#!/bin/sh\nnohup airflow scheduler &",
		])
			it(`rejects user data with ${JSON.stringify(script)}, plain or in base64`, () => {
				expectFails(rule, [host(script)], ["host (clock)"]);
				expectFails(rule, [host(base64(script))], ["host (clock)"]);
			});

		for (const script of [
			"#!/bin/bash\nyum install -y docker",
			"#!/bin/bash\n# no crontab: a workflow starts this",
			"#!/bin/bash\nsystemctl disable --now crond",
			"#!/bin/bash\ncrontab -r",
			"#!/bin/bash\n/opt/acronym/run --micron",
		])
			it(`accepts user data with ${JSON.stringify(script)}, plain or in base64`, () => {
				expectAccepts(rule, [host(script)]);
				expectAccepts(rule, [host(base64(script))]);
			});

		it("quotes the line, shortened", () => {
			expect(firstFault(rule, [host("#!/bin/bash\n  crontab /opt/jobs\n")])?.what).to.equal(
				"keeps a clock of its own: crontab /opt/jobs",
			);
			const long = `crontab ${"x".repeat(100)}`;
			expect(firstFault(rule, [host(`#!/bin/bash\n${long}`)])?.what).to.equal(
				`keeps a clock of its own: ${long.slice(0, 80)}…`,
			);
		});

		it("reads templates of machines, and user data stated in base64", () => {
			const cron = base64("#!/bin/bash\ncrontab /opt/jobs");
			for (const [type, property] of [
				["aws:ec2/launchTemplate:LaunchTemplate", "userData"],
				["aws:ec2/launchConfiguration:LaunchConfiguration", "userDataBase64"],
				["aws:ec2/instance:Instance", "userDataBase64"],
			] as const)
				expectFails(rule, [resource(type, "host", { [property]: cron })], ["host (clock)"]);
		});

		it("reads the commands of a task's containers, and no names in them", () => {
			expectFails(rule, [task([{ name: "a", command: ["crond", "-f"] }])], ["task (clock)"]);
			expectFails(rule, [task([{ name: "a", entryPoint: ["/usr/sbin/cron"] }])], ["task (clock)"]);
			expectFails(rule, [task([{ name: "a", command: ["sh", "-c", "sleep 1; crond -f"] }])], ["task (clock)"]);
			expectAccepts(rule, [task([{ name: "cron", image: "cron:1", command: ["node", "run-cron-job.js"] }])]);
		});

		it("cannot tell while user data is not known yet", () => {
			expect(open(rule, [host(UNKNOWN)])).to.deep.equal(["cannot tell host (clock)"]);
		});
	});

	describe("rules' targets", () => {
		for (const props of [
			{ arn: ref(cluster, "arn"), ecsTarget: { taskDefinitionArn: "score:1" } },
			{ arn: ref(cluster, "arn") },
			{ arn: aws("ecs:us-east-1:123456789012:cluster/batch") },
			{ arn: aws("batch:us-east-1:123456789012:job-queue/q"), batchTarget: { jobName: "score" } },
			{ arn: aws("glue:us-east-1:123456789012:workflow/w") },
			{ arn: aws("sagemaker:us-east-1:123456789012:pipeline/p") },
		])
			it(`rejects ${JSON.stringify(props)}`, () => {
				expectFails(rule, [...around, target(props)], ["target (scheduled-job)"]);
			});

		it("accepts workflows, functions, queues and literal names of them", () => {
			for (const arn of [
				ref(machine, "arn"),
				ref(fn, "arn"),
				ref(deadLetters, "arn"),
				aws("lambda:us-east-1:123456789012:function:elsewhere"),
				aws("states:us-east-1:123456789012:stateMachine:elsewhere"),
			])
				expectAccepts(rule, [...around, target({ arn })]);
		});

		it("says what it runs", () => {
			expect(firstFault(rule, [cluster, target({ arn: ref(cluster, "arn") })])?.what).to.equal(
				"runs an ECS task directly",
			);
			const pipeline = { arn: aws("sagemaker:us-east-1:123456789012:pipeline/p") };
			expect(firstFault(rule, [target(pipeline)])?.what).to.equal("runs a SageMaker job directly");
		});

		it("cannot tell while the target is not known yet and depends on nothing", () => {
			expect(open(rule, [target({ arn: UNKNOWN })])).to.deep.equal(["cannot tell target (scheduled-job)"]);
		});
	});

	describe("schedules", () => {
		for (const props of [
			{ arn: ref(cluster, "arn"), ecsParameters: { taskDefinitionArn: "score:1" } },
			{ arn: ref(cluster, "arn") },
			{ arn: aws("sagemaker:us-east-1:123456789012:pipeline/p"), sagemakerPipelineParameters: {} },
			...[
				"ecs:runTask",
				"batch:submitJob",
				"glue:startJobRun",
				"sagemaker:createProcessingJob",
				"sagemaker:startPipelineExecution",
			].map((call) => ({ arn: aws(`scheduler:::aws-sdk:${call}`) })),
		])
			it(`rejects ${JSON.stringify(props)}`, () => {
				expectFails(rule, [...around, schedule(props)], ["schedule (scheduled-job)"]);
			});

		it("accepts workflows, functions and other calls", () => {
			for (const arn of [ref(machine, "arn"), ref(fn, "arn"), aws("scheduler:::aws-sdk:sqs:sendMessage")])
				expectAccepts(rule, [...around, schedule({ arn })]);
		});

		it("does not take its role or its dead-letter queue for what it runs", () => {
			expect(open(rule, [...around, schedule({ arn: UNKNOWN })])).to.deep.equal([
				"cannot tell schedule (scheduled-job)",
			]);
		});
	});

	it("rejects Glue triggers", () => {
		expectFails(
			rule,
			[resource("aws:glue/trigger:Trigger", "nightly", { type: "ON_DEMAND" })],
			["nightly (glue-trigger)"],
		);
	});

	it("rejects managed Airflow beside state machines, and has no say where it is alone", () => {
		const airflow = resource("aws:mwaa/environment:Environment", "airflow");
		expectFails(rule, [machine, airflow], ["airflow (airflow)"]);
		expect(answers(rule, [airflow])).to.deep.equal(["not applicable airflow (airflow)"]);
	});

	it("can be excepted by its resource", () => {
		const exceptions = [exceptionTo("one-orchestrator/clock", "*::host")];
		expectAccepts(rule, [host("#!/bin/bash\ncrontab /opt/jobs")], { exceptions });
	});
});
