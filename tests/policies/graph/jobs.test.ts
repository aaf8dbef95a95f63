import { expect } from "chai";
import { clocksOf, startersOf } from "../../../policies/graph/jobs.ts";
import { json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf } from "../../support/policies-graph.ts";

type Props = Record<string, unknown>;

const target = (props: Props) =>
	resource("aws:cloudwatch/eventTarget:EventTarget", "via", { rule: "nightly", ...props });
const schedule = (of: Props) => resource("aws:scheduler/schedule:Schedule", "via", { target: of });
/** What the stack's one rule or schedule runs. */
function runBy(specs: readonly ResourceSpec[], run: Run = "raw") {
	const [starter] = startersOf(graphOf(specs, run));
	return starter?.job;
}
const known = (value: string) => ({ state: "known", value });
const absent = { state: "absent" };

const host = (props: Props, type = "aws:ec2/instance:Instance") => resource(type, "host", props);
/** The lines that set a clock, one for each machine or task that could. */
const clocks = (...specs: ResourceSpec[]) => [...clocksOf(graphOf(specs))].map(({ line }) => line);
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("policies/graph/jobs", () => {
	describe("what a rule or a schedule runs", () => {
		it("is told by the block that only one kind of job has", () => {
			const arn = "arn:aws:events:us-east-1:123456789012:event-bus/default";
			expect(runBy([target({ arn, ecsTarget: { taskCount: 1 } })])).to.deep.equal(known("ECS task"));
			expect(runBy([target({ arn, batchTarget: { jobName: "j" } })])).to.deep.equal(known("Batch job"));
			const pipeline = { pipelineParameterLists: [{ name: "n", value: "v" }] };
			expect(runBy([target({ arn, sagemakerPipelineTarget: pipeline })])).to.deep.equal(known("SageMaker pipeline"));
			expect(runBy([schedule({ arn, ecsParameters: { taskCount: 1 } })])).to.deep.equal(known("ECS task"));
			const parameters = { pipelineParameters: [{ name: "n", value: "v" }] };
			expect(runBy([schedule({ arn, sagemakerPipelineParameters: parameters })])).to.deep.equal(
				known("SageMaker pipeline"),
			);
		});

		it("is told by its ARN, universal targets included", () => {
			for (const [arn, job] of [
				["arn:aws:ecs:us-east-1:123456789012:cluster/jobs", "ECS task"],
				["arn:aws:scheduler:::aws-sdk:ecs:runTask", "ECS task"],
				["arn:aws:batch:us-east-1:123456789012:job-queue/jobs", "Batch job"],
				["arn:aws:scheduler:::aws-sdk:batch:submitJob", "Batch job"],
				["arn:aws-cn:glue:cn-north-1:123456789012:workflow/nightly", "Glue job"],
				["arn:aws:scheduler:::aws-sdk:glue:startJobRun", "Glue job"],
				["arn:aws:sagemaker:us-east-1:123456789012:pipeline/train", "SageMaker job"],
				["arn:aws:scheduler:::aws-sdk:sagemaker:createTrainingJob", "SageMaker job"],
			] as const) {
				expect(runBy([target({ arn })]), arn).to.deep.equal(known(job));
				expect(runBy([schedule({ arn })]), arn).to.deep.equal(known(job));
			}
			for (const arn of [
				"arn:aws:states:us-east-1:123456789012:stateMachine:nightly",
				"arn:aws:lambda:us-east-1:123456789012:function:nightly",
				"arn:aws:scheduler:::aws-sdk:ecs:describeTasks",
				"arn:aws:sqs:us-east-1:123456789012:batch",
			])
				expect(runBy([schedule({ arn })]), arn).to.deep.equal(absent);
		});

		it("is told by what the target depends on while it is not known, its role and its dead-letter queue left out", () => {
			const cluster = resource("aws:ecs/cluster:Cluster", "jobs");
			const glue = resource("aws:glue/workflow:Workflow", "nightly", { name: "nightly" });
			const role = resource("aws:iam/role:Role", "starter");
			const dead = resource("aws:sqs/queue:Queue", "dead");
			const fn = resource("aws:lambda/function:Function", "nightly");
			const others = { roleArn: ref(role, "arn"), deadLetterConfig: { arn: ref(dead, "arn") } };
			expect(runBy([cluster, target({ arn: ref(cluster, "arn") })], "preview")).to.deep.equal(known("ECS task"));
			expect(runBy([role, dead, cluster, schedule({ arn: ref(cluster, "arn"), ...others })], "preview")).to.deep.equal(
				known("ECS task"),
			);
			expect(runBy([glue, target({ arn: "nightly" })])).to.deep.equal(known("Glue workflow"));
			expect(runBy([role, dead, fn, schedule({ arn: ref(fn, "arn"), ...others })], "preview")).to.deep.equal(absent);
			const open = { state: "unknown", property: "target.arn" };
			expect(runBy([role, dead, schedule({ arn: UNKNOWN, ...others })], "preview")).to.deep.equal(open);
			expect(runBy([schedule({ arn: UNKNOWN })], "preview")).to.deep.equal(open);
			expect(runBy([schedule({})])).to.deep.equal(absent);
		});
	});

	describe("clocks", () => {
		const cron = "echo '* * * * * root /job' >> /etc/cron.d/job";

		it("stand in the user data of machines and their templates, plain or in base64", () => {
			const script = `#!/bin/bash\n  ${cron}\n`;
			for (const [type, property] of [
				["aws:ec2/instance:Instance", "userData"],
				["aws:ec2/instance:Instance", "userDataBase64"],
				["aws:ec2/spotInstanceRequest:SpotInstanceRequest", "userData"],
				["aws:ec2/launchConfiguration:LaunchConfiguration", "userDataBase64"],
				["aws:ec2/launchTemplate:LaunchTemplate", "userData"],
			] as const)
				for (const text of [script, base64(script), `${base64(script).slice(0, 40)}\n${base64(script).slice(40)}\n`])
					expect(clocks(host({ [property]: text }, type)), `${type} ${property} ${text}`).to.deep.equal([known(cron)]);
			expect(clocks(host({ userData: "crontab /opt/jobs" }))).to.deep.equal([known("crontab /opt/jobs")]);
			expect(clocks(host({ userData: "#!/bin/crond" }))).to.deep.equal([known("#!/bin/crond")]);
			expect(clocks(host({}))).to.deep.equal([]);
			expect(clocks(host({ userData: UNKNOWN }))).to.deep.equal([{ state: "unknown", property: "userData" }]);
		});

		it("are cron's, systemd's and an orchestrator's of one's own", () => {
			for (const line of [
				"crontab -l | cat - jobs | crontab -",
				"cat > /etc/anacrontab",
				"anacron -n",
				"systemctl enable --now crond",
				"yum install -y cronie && cron",
				"exec supercronic /jobs",
				"echo OnCalendar=daily >> /etc/systemd/system/job.timer",
				"airflow scheduler -D",
			])
				expect(clocks(host({ userData: `set -e; true\n${line}` })), line).to.deep.equal([known(line)]);
			for (const line of [
				"systemctl disable --now crond",
				"crontab -r",
				"yum remove anacron",
				"# crontab jobs",
				"\t # crontab jobs",
				"yum remove -y cronie",
				"airflow tasks list",
				"echo synchronise",
			])
				expect(clocks(host({ userData: `set -e; true\n${line}` })), line).to.deep.equal([absent]);
			expect(clocks(host({ userData: "set -e\necho '# jobs' | crontab -" }))).to.deep.equal([
				known("echo '# jobs' | crontab -"),
			]);
		});

		it("stand in the commands of containers, and not in their images or variables", () => {
			const task = (containerDefinitions: unknown) =>
				resource("aws:ecs/taskDefinition:TaskDefinition", "task", { containerDefinitions });
			const container = (props: Props) => task(json([{ name: "work", image: "cron", ...props }]));
			expect(clocks(container({ command: ["crond", "-f"] }))).to.deep.equal([known('"crond","-f"')]);
			expect(clocks(container({ entryPoint: ["/bin/supercronic"] }))).to.deep.equal([known('"/bin/supercronic"')]);
			expect(clocks(task('[{ "command" : [ "cron", "-f" ] }]'))).to.deep.equal([known('"cron", "-f"')]);
			const two = [{ command: ["serve"] }, { command: ["crond"] }];
			expect(clocks(task(json(two)))).to.deep.equal([known('"crond"')]);
			expect(clocks(container({ environment: [{ name: "RUN", value: "crond" }] }))).to.deep.equal([absent]);
			expect(clocks(task(UNKNOWN))).to.deep.equal([]);
		});
	});
});
