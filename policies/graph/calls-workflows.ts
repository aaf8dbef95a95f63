/** Calls that a state machine's tasks make, by its definition; at preview by what the definition depends on. */
import { knownAmong } from "../facts/fact.ts";
import type { Call, CallMode } from "./call.ts";
import { qualifierIn } from "./identity.ts";
import { meantBy } from "./made-names.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import { FUNCTION, QUEUE, SAGEMAKER_ENDPOINT, STATE_MACHINE, STREAM, TASK_DEFINITION, TOPIC } from "./types.ts";
import { definitionOf, statesOf, type WorkflowState } from "./workflows.ts";

const CALLEES = [FUNCTION, QUEUE, STREAM, TOPIC, SAGEMAKER_ENDPOINT, STATE_MACHINE, TASK_DEFINITION];
/** Where a task names what it calls, in either query language. */
const CALLEE_PATHS = [
	"FunctionName",
	"QueueUrl",
	"TopicArn",
	"StreamName",
	"EndpointName",
	"StateMachineArn",
	"TaskDefinition",
];

export function callsFromWorkflows(stack: StackGraph): Call[] {
	return stack.ofType(STATE_MACHINE).flatMap((machine) => callsOfMachine(stack, machine));
}

function callsOfMachine(stack: StackGraph, machine: ResourceNode): Call[] {
	const definition = definitionOf(machine);
	if (definition.state !== "known")
		return stack
			.dependencies(machine, "definition", CALLEES)
			.map((to) => ({ from: machine, to, mode: modeTo(to), via: machine }));
	const depended = stack.dependencies(machine, "definition", CALLEES);
	return statesOf(definition.value)
		.filter(({ type }) => type === "Task")
		.flatMap((task) => calleesOf(stack, task, depended).map((call) => ({ ...call, from: machine, via: machine })));
}

function calleesOf(
	stack: StackGraph,
	{ state }: WorkflowState,
	depended: readonly ResourceNode[],
): Pick<Call, "to" | "mode" | "qualifier">[] {
	const texts = knownAmong([
		state.text("Resource"),
		...["Parameters", "Arguments"].flatMap((scope) => CALLEE_PATHS.map((path) => state.text(`${scope}.${path}`))),
	]);
	return texts.flatMap((text) => {
		const qualifier = qualifierIn(text);
		const named = stack.named(text, CALLEES);
		const meant = named.length > 0 ? undefined : meantBy(text, depended);
		return [...named, ...(meant ? [meant] : [])].map((to) => ({
			to,
			mode: modeTo(to),
			...(qualifier === undefined ? {} : { qualifier }),
		}));
	});
}

/** A task waits for a function or an endpoint; into the others it hands over. */
function modeTo({ type }: ResourceNode): CallMode {
	if (type === FUNCTION || type === SAGEMAKER_ENDPOINT) return "synchronous";
	return type === STATE_MACHINE || type === TASK_DEFINITION ? "start" : "send";
}
