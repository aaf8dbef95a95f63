/**
 * What starts jobs past the orchestrator: rules and schedules that run tasks and jobs themselves, and clocks on machines
 * and in containers. Starting a workflow or a function is no job.
 */
import { absent, type Fact, ifKnown, known } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import { QUEUE, ROLE, TASK_DEFINITION } from "./types.ts";

export interface Starter {
	/** The rule's target or the schedule. */
	via: ResourceNode;
	/** What it runs, as in `ECS task`; absent where it runs no job. */
	job: Fact<string>;
}

/** Where rules and schedules say what they run: the target's ARN, and blocks that only one kind of job has. */
const STARTERS = [
	{
		type: "aws:cloudwatch/eventTarget:EventTarget",
		arn: "arn",
		blocks: { ecsTarget: "ECS task", batchTarget: "Batch job", sagemakerPipelineTarget: "SageMaker pipeline" },
	},
	{
		type: "aws:scheduler/schedule:Schedule",
		arn: "target.arn",
		blocks: {
			"target.ecsParameters": "ECS task",
			"target.sagemakerPipelineParameters": "SageMaker pipeline",
		},
	},
] as const;
/** Resources of the stack that are run when they are a target. */
const RUN_BY_TYPE: Readonly<Record<string, string>> = {
	"aws:ecs/cluster:Cluster": "ECS task",
	"aws:ecs/taskDefinition:TaskDefinition": "ECS task",
	"aws:batch/jobQueue:JobQueue": "Batch job",
	"aws:glue/job:Job": "Glue job",
	"aws:glue/workflow:Workflow": "Glue workflow",
	"aws:sagemaker/pipeline:Pipeline": "SageMaker pipeline",
};
/** The same by ARN: services of AWS, and the calls of the scheduler's universal targets. */
const RUN_BY_ARN = [
	{ pattern: /^arn:[^:]*:ecs:|:aws-sdk:ecs:(runTask|startTask)$/i, job: "ECS task" },
	{ pattern: /^arn:[^:]*:batch:|:aws-sdk:batch:submitJob$/i, job: "Batch job" },
	{ pattern: /^arn:[^:]*:glue:|:aws-sdk:glue:start\w+$/i, job: "Glue job" },
	{ pattern: /^arn:[^:]*:sagemaker:|:aws-sdk:sagemaker:(create\w+Job|start\w+)$/i, job: "SageMaker job" },
];

/** Every target of a rule and every schedule, with the job that it runs. */
export function* startersOf(stack: StackGraph): Iterable<Starter> {
	for (const { type, arn, blocks } of STARTERS)
		for (const via of stack.ofType(type)) yield { via, job: jobOf(stack, via, arn, blocks) };
}

function jobOf(
	stack: StackGraph,
	via: ResourceNode,
	path: string,
	blocks: Readonly<Record<string, string>>,
): Fact<string> {
	for (const [block, job] of Object.entries(blocks)) if (via.props.read(block).state === "known") return known(job);
	const arn = via.props.text(path);
	const byArn = arn.state === "known" ? RUN_BY_ARN.find(({ pattern }) => pattern.test(arn.value)) : undefined;
	if (byArn) return known(byArn.job);
	// A schedule's whole target has one set of dependencies: its role and its dead-letter queue are not what it runs.
	const targets = stack.targets(via, path).nodes.filter(({ type }) => type !== ROLE && type !== QUEUE);
	const job = targets.map(({ type }) => RUN_BY_TYPE[type]).find((each) => each !== undefined);
	if (job !== undefined) return known(job);
	return arn.state === "unknown" && targets.length === 0 ? arn : absent;
}

/** Where machines keep what they run when they start, plain or in base64. */
const USER_DATA: Readonly<Record<string, readonly string[]>> = {
	"aws:ec2/instance:Instance": ["userData", "userDataBase64"],
	"aws:ec2/spotInstanceRequest:SpotInstanceRequest": ["userData", "userDataBase64"],
	"aws:ec2/launchConfiguration:LaunchConfiguration": ["userData", "userDataBase64"],
	"aws:ec2/launchTemplate:LaunchTemplate": ["userData"],
};
/** A line that sets a clock: cron's, systemd's, or an orchestrator of one's own. */
const CLOCK =
	/\bcrontab\b|\/etc\/(ana)?cron|(^|[\s;&|/"'])(crond?|anacron|cronie|supercronic)([\s;&|"',]|$)|OnCalendar=|\bairflow\s+(scheduler|standalone|celery)\b/i;
const NO_CLOCK = /\b(disable|stop|mask|remove|purge|erase)\b.*\b(ana)?cron|crontab\s+-r\b/i;

export interface Clock {
	holder: ResourceNode;
	/** The line that sets it; absent where none does. */
	line: Fact<string>;
}

/** Every machine with user data and every task with a command, with the clock in it. */
export function* clocksOf(stack: StackGraph): Iterable<Clock> {
	for (const [type, properties] of Object.entries(USER_DATA))
		for (const holder of stack.ofType(type)) {
			const facts = properties.map((property) => holder.props.text(property));
			const stated = facts.find(({ state }) => state !== "absent");
			if (stated?.state === "unknown") yield { holder, line: stated };
			if (stated?.state === "known") yield { holder, line: clockIn(decoded(stated.value)) };
		}
	for (const holder of stack.ofType(TASK_DEFINITION)) {
		const command = commandOf(holder);
		if (command !== undefined) yield { holder, line: clockIn(command) };
	}
}

function clockIn(script: string): Fact<string> {
	const line = script.split("\n").find((each) => !/^\s*#(?!!)/.test(each) && CLOCK.test(each) && !NO_CLOCK.test(each));
	return line === undefined ? absent : known(line.trim());
}

/** User data is text or base64 of it; text with a shebang or a space is no base64. */
function decoded(text: string): string {
	if (!/^[A-Za-z0-9+/\s]+=*\s*$/.test(text) || /^#|[^\s] [^\s]/.test(text)) return text;
	return Buffer.from(text, "base64").toString("utf8");
}

/** The commands that a task's containers start with. Images and variables tell nothing of it. */
function commandOf(definition: ResourceNode): string | undefined {
	const text = ifKnown(definition.props.text("containerDefinitions"));
	if (text === undefined) return undefined;
	const commands = [...text.matchAll(/"(?:command|entryPoint)"\s*:\s*\[([^\]]*)\]/g)].map(([, list = ""]) => list);
	return commands.join("\n");
}
