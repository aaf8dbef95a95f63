/**
 * Which queues a service's tasks take messages from: by what their role may do, else by the queues that they are told of.
 * A queue that only a configuration service names is not seen.
 */
import { type Fact, ifKnown, itemsOf, known, unknown } from "../facts/fact.ts";
import { roleOf } from "./functions.ts";
import type { ResourceNode } from "./node.ts";
import { allows, grantsOf, type Statement } from "./permissions.ts";
import type { StackGraph } from "./stack-graph.ts";
import { containersOf, taskOf } from "./tasks.ts";
import { QUEUE } from "./types.ts";

const RECEIVE = "sqs:ReceiveMessage";
const CONTAINERS = "containerDefinitions";
/** AWS's own policies that let their holder receive from queues; the broad ones among them tell nothing of what it does. */
const RECEIVING_POLICY = /\/(AmazonSQSFullAccess|AWSLambdaSQSQueueExecutionRole)$/;
const BROAD_POLICY = /\/(AdministratorAccess|PowerUserAccess)$/;

/** Queues of the stack that are received from; an empty list stands for queues that are elsewhere. */
export function receivedBy(stack: StackGraph, service: ResourceNode): Fact<readonly ResourceNode[]> {
	const task = taskOf(stack, service);
	if (!task) return { state: "absent" };
	const role = roleOf(stack, task);
	const told = queuesToldTo(stack, task);
	if (!role) return told;
	const { statements, unknown: open, managed } = grantsOf(stack, role);
	const receiving = statements.filter((statement) => allows(statement, RECEIVE) && isOfQueues(statement));
	const granted = receiving.flatMap((statement) => queuesIn(stack, statement));
	if (receiving.length > 0) return known([...new Set([...granted, ...itemsOf(told)])]);
	if (managed.some((arn) => RECEIVING_POLICY.test(arn))) return known(itemsOf(told));
	// Without a single grant in sight, being told of a queue is all there is to go by.
	if (statements.length === 0 && managed.length === 0 && open.length === 0) return told;
	// With a document still open, queues that it or the containers depend on may be sent to or received from.
	const [document] = open.filter(({ references }) => references.length === 0 || references.some(isQueue));
	if (document) return unknown(document.property);
	const isBroad = managed.some((arn) => BROAD_POLICY.test(arn)) || statements.some((each) => allows(each, RECEIVE));
	return isBroad ? told : { state: "absent" };
}

const isQueue = ({ type }: ResourceNode): boolean => type === QUEUE;

/** Whether a statement is about queues in particular, and not about everything. */
const isOfQueues = ({ actions }: Statement): boolean => actions.some((action) => /^sqs:/i.test(action));

function queuesIn(stack: StackGraph, { resources, source, property }: Statement): readonly ResourceNode[] {
	const named = resources.flatMap((arn) => stack.named(arn, [QUEUE]));
	return named.length > 0 ? named : stack.dependencies(source, property, [QUEUE]);
}

/** Queues that a container's environment names. */
function queuesToldTo(stack: StackGraph, task: ResourceNode): Fact<readonly ResourceNode[]> {
	const depended = stack.dependencies(task, CONTAINERS, [QUEUE]);
	const containers = containersOf(task);
	const variables = itemsOf(containers).flatMap((container) => itemsOf(container.parts("environment")));
	const values = variables.flatMap((variable) => {
		const value = ifKnown(variable.text("value"));
		// A plain word that happens to be a queue's name is none, unless the variable says that it is.
		const isMeant = /queue|sqs/i.test(ifKnown(variable.text("name")) ?? "");
		return value !== undefined && (isMeant || /[:/]/.test(value)) ? [value] : [];
	});
	const named = values.flatMap((value) => stack.named(value, [QUEUE]));
	const isQueueUrl = (value: string) => /^(https:\/\/sqs\.|arn:aws[\w-]*:sqs:)/.test(value);
	const all = [...new Set([...named, ...depended])];
	if (all.length > 0 || values.some(isQueueUrl)) return known(all);
	return containers.state === "unknown" && stack.dependencies(task, CONTAINERS).length === 0
		? unknown(CONTAINERS)
		: { state: "absent" };
}
