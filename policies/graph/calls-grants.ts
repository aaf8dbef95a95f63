/**
 * Calls that functions and tasks make, by what they are told and allowed: environment variables that name a resource,
 * and IAM statements that let their role call one. Reads of tables and buckets are no calls.
 */
import { ifKnown, unknown } from "../facts/fact.ts";
import { BACKEND_TYPES } from "./backends.ts";
import type { Call, CallMode } from "./call.ts";
import { behindAlias, roleOf } from "./functions.ts";
import { resourcesOf } from "./grant-targets.ts";
import type { ResourceNode } from "./node.ts";
import { allows, grantsOf, type Statement } from "./permissions.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import {
	ECS_SERVICE,
	FUNCTION,
	FUNCTION_URL,
	LOAD_BALANCER,
	QUEUE,
	SAGEMAKER_ENDPOINT,
	STATE_MACHINE,
	STREAM,
	TASK_DEFINITION,
	TOPIC,
} from "./types.ts";

/** What an action does to resources of a type. */
const ACTIONS: readonly { action: string; type: string; mode: CallMode }[] = [
	{ action: "lambda:InvokeFunction", type: FUNCTION, mode: "synchronous" },
	{ action: "lambda:InvokeFunctionUrl", type: FUNCTION_URL, mode: "synchronous" },
	{ action: "sagemaker:InvokeEndpoint", type: SAGEMAKER_ENDPOINT, mode: "synchronous" },
	{ action: "sqs:SendMessage", type: QUEUE, mode: "send" },
	{ action: "kinesis:PutRecord", type: STREAM, mode: "send" },
	{ action: "sns:Publish", type: TOPIC, mode: "send" },
	{ action: "states:StartExecution", type: STATE_MACHINE, mode: "start" },
	{ action: "states:StartSyncExecution", type: STATE_MACHINE, mode: "synchronous" },
	...["rds-data:ExecuteStatement", "rds-db:connect"].flatMap((action) =>
		BACKEND_TYPES.filter((type) => type.startsWith("aws:rds/")).map(
			(type) => ({ action, type, mode: "synchronous" }) as const,
		),
	),
	...["es:ESHttpPost", "es:ESHttpGet"].flatMap((action) =>
		BACKEND_TYPES.filter((type) => /opensearch|elasticsearch/.test(type)).map(
			(type) => ({ action, type, mode: "synchronous" }) as const,
		),
	),
];
/** AWS's own policies whose one purpose is to let their holder invoke functions. */
const INVOKES_ALL = /:policy\/(?:service-role\/)?(?:AWSLambda_?FullAccess|AWSLambdaRole)$/;

type GrantedCall = Pick<Call, "to" | "mode" | "via" | "open">;

/** What an environment variable that names one of these is for: to call it and wait. */
const CALLED_BY_ADDRESS = [...BACKEND_TYPES, LOAD_BALANCER, FUNCTION_URL, "aws:servicediscovery/service:Service"];

export function callsFromGrants(stack: StackGraph): Call[] {
	return [...fromFunctions(stack), ...fromServices(stack)];
}

function* fromFunctions(stack: StackGraph): Iterable<Call> {
	for (const fn of stack.ofType(FUNCTION)) {
		yield* byEnvironment(stack, fn, fn, "environment");
		const role = roleOf(stack, fn);
		if (role) yield* byGrants(stack, fn, role);
	}
}

/** A task speaks for its service. */
function* fromServices(stack: StackGraph): Iterable<Call> {
	for (const service of stack.ofType(ECS_SERVICE)) {
		const definition = stack.target(service, "taskDefinition", TASK_DEFINITION);
		if (!definition) continue;
		yield* byEnvironment(stack, service, definition, "containerDefinitions");
		const role = roleOf(stack, definition);
		if (role) yield* byGrants(stack, service, role);
	}
}

function* byEnvironment(stack: StackGraph, from: ResourceNode, holder: ResourceNode, property: string): Iterable<Call> {
	if (!stack.hasAny(CALLED_BY_ADDRESS)) return;
	const texts = holder.props.entryTexts(`${property}.variables`);
	const named = texts.flatMap((text) => (looksLikeAddress(text) ? stack.named(text, CALLED_BY_ADDRESS) : []));
	const targets = new Set([...named, ...stack.dependencies(holder, property, CALLED_BY_ADDRESS)]);
	for (const target of targets)
		if (target !== from) for (const to of servedBy(stack, target)) yield { from, to, mode: "synchronous", via: holder };
}

/** A host, URL or ARN; a plain word that happens to be some resource's name is none. */
const looksLikeAddress = (text: string): boolean => /[.:/]/.test(text);

/** Behind a discovery name stand the services that register there. */
function servedBy(stack: StackGraph, target: ResourceNode): ResourceNode[] {
	if (target.type !== "aws:servicediscovery/service:Service") return [target];
	return [...stack.referrers(target, ECS_SERVICE, "serviceRegistries")];
}

function* byGrants(stack: StackGraph, from: ResourceNode, role: ResourceNode): Iterable<Call> {
	for (const call of grantedTo(stack).get(role) ?? []) if (call.to !== from) yield { ...call, from };
}

/** What each role may call, once per role however many functions share it; what is sure comes first. */
const grantedTo = perStack((stack) => {
	const byRole = new Map<ResourceNode, readonly GrantedCall[]>();
	for (const role of stack.ofType("aws:iam/role:Role")) {
		const grants = grantsOf(stack, role);
		const calls = grants.statements.flatMap((statement) => callsByStatement(stack, statement));
		if (grants.managed.some((arn) => INVOKES_ALL.test(arn)))
			for (const to of stack.ofType(FUNCTION)) calls.push({ to, mode: "synchronous", via: role });
		// A document not known yet may let its holder call what it depends on, or look at it, or deny it.
		for (const { source, property, references } of grants.unknown)
			for (const to of new Set(references.map((node) => behindAlias(stack, node))))
				for (const mode of modesTo(to)) calls.push({ to, mode, via: source, open: unknown(property) });
		byRole.set(role, calls);
	}
	return byRole;
});

const modesTo = (to: ResourceNode): Set<CallMode> =>
	new Set(ACTIONS.flatMap(({ type, mode }) => (type === to.type && canBe(mode, to) ? [mode] : [])));

/** Only an Express workflow can be started and waited for. */
const canBe = (mode: CallMode, to: ResourceNode): boolean =>
	mode !== "synchronous" || to.type !== STATE_MACHINE || ifKnown(to.effectiveText("type")) !== "STANDARD";

function callsByStatement(stack: StackGraph, statement: Statement): GrantedCall[] {
	const calls: GrantedCall[] = [];
	for (const { type, mode } of actionsAllowedBy(stack, statement))
		for (const to of resourcesOf(stack, statement, type))
			if (canBe(mode, to)) calls.push({ to, mode, via: statement.source });
	return calls;
}

/** Which actions a statement allows, worked out once for all that name the same: services of a stack are much alike. */
function actionsAllowedBy(stack: StackGraph, statement: Statement): typeof ACTIONS {
	const key = JSON.stringify([statement.effect, statement.actions, statement.notActions]);
	let allowed = actionsByWords(stack).get(key);
	if (!allowed) {
		allowed = ACTIONS.filter(({ action }) => allows(statement, action));
		actionsByWords(stack).set(key, allowed);
	}
	return allowed;
}

const actionsByWords = perStack(() => new Map<string, typeof ACTIONS>());
