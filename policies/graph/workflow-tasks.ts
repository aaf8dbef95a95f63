/**
 * What a workflow's tasks do, by their Resource: which service they call, whether they wait for what they start, and how
 * long they may take. Not what the called code does.
 */
import { ifKnown, knownAmong } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { functionsBehind, roleOf } from "./functions.ts";
import { meantBy } from "./made-names.ts";
import type { ResourceNode } from "./node.ts";
import { grantsOf } from "./permissions.ts";
import type { StackGraph } from "./stack-graph.ts";
import { FUNCTION, FUNCTION_ALIAS } from "./types.ts";
import type { WorkflowState } from "./workflows.ts";

/** A task's Resource taken apart: `arn:aws:states:::aws-sdk:glue:startJobRun.sync:2`. */
interface Integration {
	service: string;
	action: string;
	/** "sync", "waitForTaskToken", or "" where the task goes on as soon as the service has answered. */
	pattern: string;
}

/** Services stand where an ARN has no region and no account; an activity has both. */
const INTEGRATION = /^arn:[\w-]+:states:::(?:aws-sdk:)?([\w-]+):(\w+)(?:\.(\w+))?(?::\d+)?$/;
const SAME_SERVICES: ReadonlyMap<string, string> = new Map([
	["sfn", "states"],
	["emr", "elasticmapreduce"],
	["emrcontainers", "emr-containers"],
	["emrserverless", "emr-serverless"],
]);

function integrationOf({ state }: WorkflowState): Integration | undefined {
	const [, service, action, pattern = ""] = INTEGRATION.exec(ifKnown(state.text("Resource")) ?? "") ?? [];
	if (service === undefined || action === undefined) return undefined;
	return { service: SAME_SERVICES.get(service) ?? service, action, pattern };
}

const SAGEMAKER_JOB = "(TrainingJob|TransformJob|ProcessingJob|HyperParameterTuningJob|LabelingJob)";
/** Services whose jobs a task can wait for by itself (`.sync`): what starts one, and what asks whether it is done. */
const JOBS: Readonly<Record<string, { start: RegExp; check: RegExp }>> = {
	athena: { start: /^startQueryExecution$/i, check: /^getQueryExecution$/i },
	batch: { start: /^submitJob$/i, check: /^describeJobs$/i },
	bedrock: { start: /^createModelCustomizationJob$/i, check: /^getModelCustomizationJob$/i },
	codebuild: { start: /^startBuild(Batch)?$/i, check: /^batchGetBuild(s|Batches)$/i },
	databrew: { start: /^startJobRun$/i, check: /^describeJobRun$/i },
	ecs: { start: /^runTask$/i, check: /^describeTasks$/i },
	elasticmapreduce: {
		start: /^(createCluster|runJobFlow|addStep|addJobFlowSteps)$/i,
		check: /^describe(Cluster|Step)$/i,
	},
	"emr-containers": { start: /^startJobRun$/i, check: /^describeJobRun$/i },
	"emr-serverless": { start: /^startJobRun$/i, check: /^getJobRun$/i },
	glue: { start: /^startJobRun$/i, check: /^getJobRuns?$/i },
	mediaconvert: { start: /^createJob$/i, check: /^getJob$/i },
	sagemaker: {
		start: new RegExp(`^create${SAGEMAKER_JOB}$`, "i"),
		check: new RegExp(`^describe${SAGEMAKER_JOB}$`, "i"),
	},
	states: { start: /^startExecution$/i, check: /^describeExecution$/i },
};
const serviceOf = (name: string) => (Object.hasOwn(JOBS, name) ? JOBS[name] : undefined);

/** Whether a task starts a job and does not wait for it, though it could. */
export function startsWithoutWaiting(task: WorkflowState): boolean {
	const integration = integrationOf(task);
	return integration?.pattern === "" && serviceOf(integration.service)?.start.test(integration.action) === true;
}

/** Whether a task asks a service if a job is done, itself or by a function whose role says so in words. */
export function checksJob(stack: StackGraph, machine: ResourceNode, task: WorkflowState): boolean {
	const integration = integrationOf(task);
	if (integration && serviceOf(integration.service)?.check.test(integration.action)) return true;
	const fn = functionOf(stack, machine, task.state);
	const role = fn && roleOf(stack, fn);
	if (!role) return false;
	return grantsOf(stack, role).statements.some(
		({ effect, actions }) => effect === "Allow" && actions.some((action) => namesCheck(action)),
	);
}

function namesCheck(permission: string): boolean {
	const [service = "", action = ""] = permission.split(":");
	return serviceOf(service.toLowerCase())?.check.test(action) === true;
}

/** The function of the stack that a task calls, by its Resource or by its parameters. */
function functionOf(stack: StackGraph, machine: ResourceNode, task: Props): ResourceNode | undefined {
	const depended = stack.dependencies(machine, "definition", [FUNCTION, FUNCTION_ALIAS]);
	const names = ["Resource", "Parameters.FunctionName", "Arguments.FunctionName"].map((path) => task.text(path));
	for (const text of knownAmong(names)) {
		const [found = meantBy(text, depended)] = stack.named(text, [FUNCTION, FUNCTION_ALIAS]);
		if (found?.type === FUNCTION) return found;
		if (found) return functionsBehind(stack, found, "functionName")[0]?.fn;
	}
	return undefined;
}

/** Whether a task calls a function, of this stack or another. */
export const callsFunction = (task: WorkflowState): boolean =>
	integrationOf(task)?.service === "lambda" || /^arn:[\w-]+:lambda:/.test(ifKnown(task.state.text("Resource")) ?? "");

const HTTP_TASK_SECONDS_MAX = 60;

/**
 * The longest that a task may take: by its own words, by the timeout of the function that it calls, or next to nothing
 * where a service only takes an order. Undefined where nothing in the stack bounds it.
 */
export function taskSecondsIn(stack: StackGraph, machine: ResourceNode): (task: Props) => number | undefined {
	return (task) => {
		const stated = ifKnown(task.number("TimeoutSeconds"));
		if (stated !== undefined) return stated;
		const fn = functionOf(stack, machine, task);
		if (fn) return ifKnown(fn.effectiveNumber("timeout"));
		const integration = integrationOf({ name: "", type: "Task", state: task, within: [] });
		if (integration?.pattern !== "" || integration.service === "lambda") return undefined;
		return integration.service === "http" ? HTTP_TASK_SECONDS_MAX : 0;
	};
}

/** What a state waits for that Express cannot, or is paid for by the second, in words; undefined where it waits for nothing. */
export function waitsFor(state: WorkflowState): string | undefined {
	if (state.type === "Wait") return `a Wait ("${state.name}")`;
	const mode = ["ItemProcessor.ProcessorConfig.Mode", "Iterator.ProcessorConfig.Mode"].map((path) =>
		state.state.text(path),
	);
	if (mode.some((fact) => ifKnown(fact) === "DISTRIBUTED")) return `a distributed Map ("${state.name}")`;
	if (state.type !== "Task") return undefined;
	const resource = ifKnown(state.state.text("Resource")) ?? "";
	if (/:states:[^:]*:[^:]*:activity:/.test(resource)) return `an activity ("${state.name}")`;
	const pattern = integrationOf(state)?.pattern;
	if (pattern === "sync") return `a job that it waits for ("${state.name}")`;
	return pattern === "waitForTaskToken" ? `a callback ("${state.name}")` : undefined;
}
