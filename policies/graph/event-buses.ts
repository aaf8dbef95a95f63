/**
 * Ways through EventBridge: the rules that a function's events can reach, by the buses that its role may put events on.
 * Whether an event's content matches a rule's pattern is not seen.
 */
import { ifKnown, itemsOf } from "../facts/fact.ts";
import { roleOf } from "./functions.ts";
import type { ResourceNode } from "./node.ts";
import { allows, covers, grantsOf } from "./permissions.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { EVENT_BUS, ROLE } from "./types.ts";

export const EVENT_RULE = "aws:cloudwatch/eventRule:EventRule";
const PUT = "events:PutEvents";
const DEFAULT_BUS = "default";

/** Rules that a program's events can match, by their bus: its node, or its name. */
const rulesByBus = perStack((stack) =>
	Map.groupBy(stack.ofType(EVENT_RULE).filter(takesEvents), (rule): ResourceNode | string => {
		const name = rule.effectiveText("eventBusName");
		return stack.target(rule, "eventBusName", EVENT_BUS) ?? ifKnown(name) ?? DEFAULT_BUS;
	}),
);

/** Schedules match no event; and what says it comes from AWS, only AWS can put. */
function takesEvents(rule: ResourceNode): boolean {
	const pattern = rule.props.document("eventPattern");
	if (pattern.state !== "known") return pattern.state === "unknown";
	const sources = itemsOf(pattern.value.texts("source"));
	return sources.length === 0 || sources.some((source) => !ifKnown(source)?.startsWith("aws."));
}

/** The rules on a bus. */
export const rulesOn = (stack: StackGraph, bus: ResourceNode): readonly ResourceNode[] =>
	rulesByBus(stack).get(bus) ?? [];

/** The rules that a function may reach by the events that it is allowed to put. */
export function rulesFedBy(stack: StackGraph, fn: ResourceNode): readonly ResourceNode[] {
	const role = roleOf(stack, fn);
	return (role && rulesByRole(stack).get(role)) ?? [];
}

const rulesByRole = perStack((stack): ReadonlyMap<ResourceNode, readonly ResourceNode[]> => {
	if (rulesByBus(stack).size === 0) return new Map();
	return new Map(stack.ofType(ROLE).map((role) => [role, [...new Set(rulesAllowed(stack, role))]]));
});

function rulesAllowed(stack: StackGraph, role: ResourceNode): ResourceNode[] {
	const { statements, unknown } = grantsOf(stack, role);
	const byStatement = statements
		.filter((statement) => allows(statement, PUT))
		.flatMap(({ resources, source, property }) => {
			const named = resources.flatMap((arn) => stack.named(arn, [EVENT_BUS]));
			const meant = new Set<ResourceNode | string>(
				named.length > 0 ? named : stack.dependencies(source, property, [EVENT_BUS]),
			);
			return [...rulesByBus(stack)].flatMap(([bus, rules]) =>
				meant.has(bus) || resources.some((arn) => isOnBus(arn, bus)) ? rules : [],
			);
		});
	const buses = unknown.flatMap(({ references }) => references.filter(({ type }) => type === EVENT_BUS));
	return [...byStatement, ...buses.flatMap((bus) => rulesOn(stack, bus))];
}

/** Whether an ARN pattern covers a bus, by its name. */
function isOnBus(arn: string, bus: ResourceNode | string): boolean {
	if (arn === "*") return true;
	const name = typeof bus === "string" ? bus.slice(bus.lastIndexOf("/") + 1) : ifKnown(bus.props.text("name"));
	const pattern = /:event-bus\/(.+)$/.exec(arn)?.[1];
	return pattern !== undefined && name !== undefined && covers(pattern, name);
}
