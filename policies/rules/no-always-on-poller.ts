/**
 * No service keeps tasks running only to ask a queue for work that a trigger could bring. Work that no function can do
 * (a GPU, more than 10 GB, more than 15 minutes) is exempt. Pollers on plain instances are not seen.
 */
import { LAMBDA_MEMORY_MAX_MIB, LAMBDA_TIMEOUT_MAX_SECONDS } from "../../charter/limits.ts";
import { absent, type Fact, ifKnown, itemsOf, mapFact } from "../facts/fact.ts";
import { modelOf } from "../graph/models.ts";
import type { ResourceNode } from "../graph/node.ts";
import { receivedBy } from "../graph/receivers.ts";
import { asksForGpu, inTasks, isFound, minimumTasks, opensPort, taskMemoryMib, taskOf } from "../graph/tasks.ts";
import { ECS_SERVICE } from "../graph/types.ts";
import { cannotTell, fail, pass, type Rule, type RuleContext, type Verdict } from "../rule.ts";

const MIB_PER_GIB = 1024;

export const noAlwaysOnPoller: Rule = {
	name: "no-always-on-poller",
	findings: [],
	*check(context) {
		for (const service of context.stack.ofType(ECS_SERVICE)) yield verdictOn(context, service);
	},
};

function verdictOn({ stack, config }: RuleContext, service: ResourceNode): Verdict {
	const task = taskOf(stack, service);
	const received = receivedBy(stack, service);
	if (!task || received.state === "absent") return pass(service);
	const queues = itemsOf(received);
	const minimum = minimumTasks(stack, service);
	const reasons: Fact<boolean>[] = [
		mapFact(minimum, (tasks) => tasks < 1),
		isFound(service),
		opensPort(task),
		...workNoFunctionDoes(task, queues),
		mapFact(modelOf(service, config.models), ({ slo }) => (slo?.jobP95Seconds ?? 0) > LAMBDA_TIMEOUT_MAX_SECONDS),
	];
	if (reasons.some((reason) => ifKnown(reason) === true)) return pass(service);
	// Which model it serves may exempt it, never accuse it, so tags not known yet do not stand in the way.
	const open = [received, ...reasons.slice(0, -1)].find((fact) => fact.state === "unknown") ?? absent;
	if (open.state === "unknown") return cannotTell(service, open, "whether it only waits for messages");
	const tasks = ifKnown(minimum) ?? 1;
	return fail(service, {
		what: `keeps ${inTasks(tasks)} running that only receive${tasks === 1 ? "s" : ""} from ${named(queues)}, which a trigger could serve`,
		fix: "Let an event source mapping hand the messages to a function, let a pipe start a task for them, or scale the service to 0 while the queue is empty.",
	});
}

/** What no function has: a GPU, more than 10 GB of memory or disk, more than 15 minutes for a message. */
const workNoFunctionDoes = (task: ResourceNode, queues: readonly ResourceNode[]): Fact<boolean>[] => [
	asksForGpu(task),
	mapFact(taskMemoryMib(task), (memoryMib) => memoryMib > LAMBDA_MEMORY_MAX_MIB),
	mapFact(task.props.number("ephemeralStorage.sizeInGib"), (size) => size * MIB_PER_GIB > LAMBDA_MEMORY_MAX_MIB),
	...queues.map((queue) =>
		mapFact(queue.effectiveNumber("visibilityTimeoutSeconds"), (hidden) => hidden > LAMBDA_TIMEOUT_MAX_SECONDS),
	),
];

const named = (queues: readonly ResourceNode[]): string =>
	queues.length > 0 ? queues.map(({ label }) => label).join(", ") : "a queue of another stack";
