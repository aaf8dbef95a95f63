/** Questions about log groups: which one a function writes to, by name or by reference. Not what is written there. */
import { ifKnown, type Unknown, unknown } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { FUNCTION, LOG_GROUP } from "./types.ts";

const CUSTOM_GROUP = "loggingConfig.logGroup";
/** Where Lambda logs when a function names no group. */
const DEFAULT_PREFIX = "/aws/lambda/";

export interface FunctionLogs {
	/** The function's groups in the stack. */
	groups: readonly ResourceNode[];
	/** Name of the group that it writes to, where it is known. */
	name?: string;
	/** What keeps us from telling whether one of the stack's groups, or of {@link groups}, is its own. */
	unknown?: Unknown & { of: ResourceNode };
}

/** What is no function of the stack writes to no group. */
const NOWHERE: FunctionLogs = { groups: [] };

const groupsByName = perStack((stack) =>
	Map.groupBy(stack.ofType(LOG_GROUP), (group) => ifKnown(group.props.text("name"))),
);

/** Groups whose name is made from a function's, by that function. */
const groupsByFunction = perStack((stack) => {
	const byFunction = new Map<ResourceNode, ResourceNode[]>();
	for (const group of stack.ofType(LOG_GROUP))
		for (const fn of stack.dependencies(group, "name", [FUNCTION]))
			byFunction.set(fn, [...(byFunction.get(fn) ?? []), group]);
	return byFunction;
});

/** Groups whose name is not known yet and that no function is seen in: each may be anyone's. */
const anonymousGroups = perStack((stack) =>
	(groupsByName(stack).get(undefined) ?? []).filter(
		(group) =>
			group.props.read("name").state === "unknown" && stack.dependencies(group, "name", [FUNCTION]).length === 0,
	),
);

const logsByFunction = perStack((stack) => new Map(stack.ofType(FUNCTION).map((fn) => [fn, findLogs(stack, fn)])));

/** The groups of the stack that a function writes to. */
export const logsOf = (stack: StackGraph, fn: ResourceNode): FunctionLogs => logsByFunction(stack).get(fn) ?? NOWHERE;

function findLogs(stack: StackGraph, fn: ResourceNode): FunctionLogs {
	const custom = fn.props.text(CUSTOM_GROUP);
	if (custom.state === "absent") return logsByDefault(stack, fn);
	const depended = stack.dependencies(fn, CUSTOM_GROUP, [LOG_GROUP]);
	// What is made up of a group's name need not be it.
	if (custom.state === "unknown") return { groups: depended, unknown: { ...custom, of: fn } };
	const groups = groupsByName(stack).get(custom.value) ?? depended.filter((group) => mayBeNamed(group, custom.value));
	if (groups.length > 0) return { groups };
	const [anonymous] = anonymousGroups(stack);
	return { groups, name: custom.value, ...(anonymous ? { unknown: nameless(anonymous) } : {}) };
}

function logsByDefault(stack: StackGraph, fn: ResourceNode): FunctionLogs {
	const fnName = fn.props.text("name");
	const name = ifKnown(fnName) === undefined ? undefined : `${DEFAULT_PREFIX}${ifKnown(fnName)}`;
	const named = (name === undefined ? undefined : groupsByName(stack).get(name)) ?? [];
	if (named.length > 0) return { groups: named };
	const made = groupsByFunction(stack).get(fn) ?? [];
	const open = made.find((group) => group.props.read("name").state === "unknown");
	// A name that is made from the function's is its own only with Lambda's prefix, and nothing more.
	const groups = made.filter((group) => {
		const groupName = ifKnown(group.props.text("name"));
		return groupName?.startsWith(DEFAULT_PREFIX) && mayBeNamed(fn, groupName.slice(DEFAULT_PREFIX.length));
	});
	if (groups.length > 0) return { groups };
	const [anonymous = open] = anonymousGroups(stack);
	if (anonymous) return { groups, unknown: nameless(anonymous) };
	if (fnName.state === "unknown" && stack.ofType(LOG_GROUP).length > 0)
		return { groups, unknown: { ...fnName, of: fn } };
	return { groups, ...(name === undefined ? {} : { name }) };
}

/** What Pulumi, or a program's own naming, puts behind a resource's name: at random, so with a digit or in hex. */
const RANDOM_SUFFIX = /^-(?:[0-9a-f]{7}|(?=[a-z]*\d)[a-z\d]{4,})$/;

/** Whether a text can be the name of a resource; where that is made up later, it begins as the program calls it. */
function mayBeNamed(node: ResourceNode, text: string): boolean {
	const name = node.props.text("name");
	if (name.state === "known") return name.value === text;
	if (!text.includes(node.name)) return !/[/:]/.test(text);
	return text === node.name || (text.startsWith(node.name) && RANDOM_SUFFIX.test(text.slice(node.name.length)));
}

const nameless = (group: ResourceNode): Unknown & { of: ResourceNode } => ({ ...unknown("name"), of: group });

/** Every function by the groups that it writes to. */
export const functionsByGroup = perStack((stack) => {
	const byGroup = new Map<ResourceNode, ResourceNode[]>();
	for (const [fn, { groups }] of logsByFunction(stack))
		for (const group of groups) byGroup.set(group, [...(byGroup.get(group) ?? []), fn]);
	return byGroup;
});
