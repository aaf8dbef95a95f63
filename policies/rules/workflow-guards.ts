/**
 * Every task of a workflow, at any depth, has a timeout, retries and a catcher, and every map a limit. A heartbeat is no
 * timeout: a task that keeps sending it may run for ever.
 */
import type { Props } from "../facts/props.ts";
import type { ResourceNode } from "../graph/node.ts";
import { STATE_MACHINE } from "../graph/types.ts";
import { definitionOf, statesOf, type WorkflowState } from "../graph/workflows.ts";
import { cannotTell, fail, notApplicable, pass, type Rule, type Verdict } from "../rule.ts";

/** The definition cannot be read at all. */
const DEFINITION = "definition";
/** What AWS takes where a task states no timeout: three years. */
const TIMEOUT_DEFAULT_SECONDS = 99_999_999;

interface Guard {
	finding: string;
	/** Which states need it. */
	type: "Task" | "Map";
	has(state: Props): boolean;
	/** After the list of states: `have no timeout`. */
	what: string;
	fix: string;
}

const GUARDS: readonly Guard[] = [
	{
		finding: "timeout",
		type: "Task",
		has: (state) => isSet(state, "TimeoutSecondsPath") || isAbove(state, "TimeoutSeconds", 0, TIMEOUT_DEFAULT_SECONDS),
		what: "without a timeout",
		fix: "Give each TimeoutSeconds or TimeoutSecondsPath; HeartbeatSeconds does not end a task that keeps sending it.",
	},
	{
		finding: "retry",
		type: "Task",
		// A retrier of no attempts is how the language says "not at all".
		has: (state) => entriesOf(state, "Retry").some((retrier) => isAttempting(retrier)),
		what: "that are not retried",
		fix: "Give each a Retry with an interval, a backoff and a maximum of attempts.",
	},
	{
		finding: "catch",
		type: "Task",
		has: (state) => entriesOf(state, "Catch").length > 0,
		what: "whose failure nothing catches",
		fix: "Give each a Catch that leads to a state which cleans up, or tells somebody.",
	},
	{
		finding: "map-concurrency",
		type: "Map",
		has: (state) => isSet(state, "MaxConcurrencyPath") || isAbove(state, "MaxConcurrency", 0),
		what: "of unbounded concurrency",
		fix: "Give each a MaxConcurrency above 0, or a MaxConcurrencyPath.",
	},
];

export const workflowGuards: Rule = {
	name: "workflow-guards",
	findings: [DEFINITION, ...GUARDS.map(({ finding }) => finding)],
	*check({ stack }) {
		for (const machine of stack.ofType(STATE_MACHINE)) {
			const definition = definitionOf(machine);
			if (definition.state === "unknown") yield cannotTell(machine, definition, "whether its tasks are guarded");
			else if (definition.state === "known") yield* guarded(machine, statesOf(definition.value));
			else if (machine.props.malformed("definition"))
				yield fail(
					machine,
					{
						what: "has a definition that is no JSON object",
						fix: "Write it with pulumi.jsonStringify, in Amazon States Language.",
					},
					DEFINITION,
				);
		}
	},
};

function* guarded(machine: ResourceNode, states: readonly WorkflowState[]): Iterable<Verdict> {
	for (const { finding, type, has, what, fix } of GUARDS) {
		const concerned = states.filter((state) => state.type === type);
		const open = concerned.filter(({ state }) => !has(state));
		if (concerned.length === 0) yield notApplicable(machine, `it has no ${type} state`, finding);
		else if (open.length === 0) yield pass(machine, finding);
		else yield fail(machine, { what: `has ${type} states ${what}: ${open.map(nameOf).join(", ")}`, fix }, finding);
	}
}

const nameOf = ({ name, within }: WorkflowState): string => [...within, name].map((each) => `"${each}"`).join(" / ");

const isSet = (state: Props, key: string): boolean => state.read(key).state !== "absent";

/** Whether a number stands there in bounds; an expression, in either query language, is taken at its word. */
function isAbove(state: Props, key: string, least: number, below = Number.POSITIVE_INFINITY): boolean {
	const number = state.number(key);
	if (number.state === "known") return number.value > least && number.value < below;
	return isSet(state, key);
}

/** The entries of a list of objects. */
function entriesOf(state: Props, key: string): Props[] {
	const entries = state.parts(key);
	return entries.state === "known" ? entries.value : [];
}

/** Retries three times unless told otherwise. */
function isAttempting(retrier: Props): boolean {
	const attempts = retrier.number("MaxAttempts");
	return attempts.state !== "known" || attempts.value > 0;
}
