/**
 * Calls that API Gateway makes beside those of plain integrations: of authorizers, and of workflows that it starts and
 * waits for.
 */
import { ifKnown, type Unknown } from "../facts/fact.ts";
import { AUTHORIZERS, apiOf, HTTP_INTEGRATION, HTTP_ROUTE, inApiOf, REST_INTEGRATION, REST_METHOD } from "./apis.ts";
import type { Call } from "./call.ts";
import { functionsBehind } from "./functions.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import { STATE_MACHINE } from "./types.ts";

/** Whoever calls the API waits for its authorizer first. */
export function* callsOfAuthorizers(stack: StackGraph): Iterable<Call> {
	for (const via of stack.ofType(...AUTHORIZERS)) {
		if (!isUsed(stack, via)) continue;
		for (const { fn: to, ...qualified } of functionsBehind(stack, via, "authorizerUri"))
			yield {
				from: apiOf(stack, via),
				to,
				mode: "synchronous",
				via,
				isFromOutside: true,
				...qualified,
			};
	}
}

/** Whether a method or route of its API names an authorizer; those of an API defined elsewhere may. */
function isUsed(stack: StackGraph, authorizer: ResourceNode): boolean {
	const types = [REST_METHOD, HTTP_ROUTE];
	return (
		types.some((type) => stack.referrers(authorizer, type, "authorizerId").length > 0) ||
		types.every((type) => inApiOf(stack, authorizer, type).length === 0)
	);
}

/** Where each kind of integration says that it starts a workflow and waits, and where it names the workflow. */
const SYNC_STARTS = {
	[REST_INTEGRATION]: { says: "uri", sync: /:states:action\/StartSyncExecution$/i, names: "requestTemplates" },
	[HTTP_INTEGRATION]: {
		says: "integrationSubtype",
		sync: /^StepFunctions-StartSyncExecution$/i,
		names: "requestParameters",
	},
} as const;
const MACHINE_ARN = /arn:[\w-]+:states:[\w-]*:\d*:stateMachine:[\w.-]+/g;

export function* callsOfAwaitedWorkflows(stack: StackGraph): Iterable<Call> {
	for (const type of [REST_INTEGRATION, HTTP_INTEGRATION] as const) {
		const { says, sync, names } = SYNC_STARTS[type];
		for (const via of stack.ofType(type)) {
			const said = via.props.text(says);
			if (said.state === "absent" || (said.state === "known" && !sync.test(said.value))) continue;
			const open = said.state === "unknown" ? { open: said } : {};
			for (const to of machinesNamed(stack, via, names, open))
				yield { from: apiOf(stack, via), to, mode: "synchronous", via, isFromOutside: true, ...open };
		}
	}
}

/** What is not known yet may as well start it and go on, unless only one of the two is possible. */
function machinesNamed(
	stack: StackGraph,
	via: ResourceNode,
	property: string,
	{ open }: { open?: Unknown },
): Set<ResourceNode> {
	const texts = via.props.entryTexts(property);
	const named = texts
		.flatMap((text) => text.match(MACHINE_ARN) ?? [])
		.flatMap((arn) => stack.named(arn, [STATE_MACHINE]));
	const found = new Set([...named, ...stack.dependencies(via, property, [STATE_MACHINE])]);
	return open ? new Set([...found].filter((machine) => ifKnown(machine.effectiveText("type")) !== "STANDARD")) : found;
}
