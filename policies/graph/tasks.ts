/**
 * Questions about ECS tasks: what their containers ask for and open, and how many of them a service keeps.
 * What containers do with it is not seen.
 */
import { absent, type Fact, ifKnown, itemsOf, known, mapFact, orElse, unknown } from "../facts/fact.ts";
import { Props } from "../facts/props.ts";
import { scaledMinimum } from "./autoscaling.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import { TASK_DEFINITION } from "./types.ts";

const CONTAINERS = "containerDefinitions";
const DESIRED_COUNT = "ecs:service:DesiredCount";

/** The task definition that a service runs, where it is in the stack. */
export const taskOf = (stack: StackGraph, service: ResourceNode): ResourceNode | undefined =>
	stack.target(service, "taskDefinition", TASK_DEFINITION);

/** The containers of a task definition, given as JSON text or as a list. */
export function containersOf(task: ResourceNode): Fact<Props[]> {
	const fact = task.props.read(CONTAINERS);
	if (fact.state !== "known") return fact;
	const list = typeof fact.value === "string" ? parsed(fact.value) : fact.value;
	return new Props({ [CONTAINERS]: list }).parts(CONTAINERS);
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		// What is no JSON holds no container that could be read; AWS refuses it.
		return [];
	}
}

/** Whether a container opens a port. */
export const opensPort = (task: ResourceNode): Fact<boolean> =>
	mapFact(containersOf(task), (containers) =>
		containers.some((container) => itemsOf(container.parts("portMappings")).length > 0),
	);

/** Whether a container, or the task, asks for a GPU or another accelerator. */
export function asksForGpu(task: ResourceNode): Fact<boolean> {
	if (task.props.read("inferenceAccelerators").state === "known") return known(true);
	return mapFact(containersOf(task), (containers) =>
		containers.some((container) =>
			itemsOf(container.parts("resourceRequirements")).some((wanted) =>
				["GPU", "INFERENCEACCELERATOR"].includes((ifKnown(wanted.text("type")) ?? "").toUpperCase()),
			),
		),
	);
}

const MIB_PER_GB = 1024;

/** What one task may use in MiB: its own limit, or its containers' together; text such as "2 GB" or ".5 vCPU" as AWS takes it. */
export function taskMemoryMib(task: ResourceNode): Fact<number> {
	const own = task.props.text("memory");
	if (own.state !== "absent") return mapFact(own, (text) => amount(text, /gb/i, MIB_PER_GB));
	return mapFact(containersOf(task), (containers) =>
		containers.reduce(
			(sum, container) =>
				sum + (ifKnown(container.number("memory")) ?? ifKnown(container.number("memoryReservation")) ?? 0),
			0,
		),
	);
}

const UNITS_PER_VCPU = 1024;

/** CPU units of one task; 1,024 are a vCPU. */
export const taskCpuUnits = (task: ResourceNode): Fact<number> =>
	mapFact(task.props.text("cpu"), (text) => amount(text, /vcpu/i, UNITS_PER_VCPU));

function amount(text: string, unit: RegExp, factor: number): number | undefined {
	const number = Number.parseFloat(text);
	if (!Number.isFinite(number)) return undefined;
	return unit.test(text) ? number * factor : number;
}

/** The fewest tasks that a service keeps: where its scaling may go, or else what it asks for. */
export function minimumTasks(stack: StackGraph, service: ResourceNode): Fact<number> {
	// A daemon runs on each instance, and a cluster without any has no use.
	if (ifKnown(service.effectiveText("schedulingStrategy")) === "DAEMON") return known(1);
	const scaled = scaledMinimum(stack, { subject: service, dimension: DESIRED_COUNT });
	if (scaled.state !== "absent") return scaled;
	return orElse(service.props.number("desiredCount"), 0);
}

/** Whether something else finds the service: a load balancer or a discovery registration sends to it. */
export function isFound(service: ResourceNode): Fact<boolean> {
	for (const property of ["loadBalancers", "serviceRegistries"]) {
		const fact = service.props.parts(property);
		if (fact.state === "unknown") return unknown(property);
		if (itemsOf(fact).length > 0) return known(true);
	}
	return absent;
}

/** A number of tasks in words. */
export const inTasks = (tasks: number): string => `${tasks} task${tasks === 1 ? "" : "s"}`;
