/**
 * State machine definitions in Amazon States Language, as text or as an object: their states at any depth, and the times
 * that they state. Malformed ones are read as far as they go.
 */
import { type Fact, ifKnown, itemsOf, knownAmong } from "../facts/fact.ts";
import { Props } from "../facts/props.ts";
import { rawProperty } from "../facts/unknown.ts";
import type { ResourceNode } from "./node.ts";

export interface WorkflowState {
	name: string;
	/** `Task`, `Choice`, `Map`, …; "" where the definition does not say. */
	type: string;
	state: Props;
	/** Names of the states around it, outermost first. */
	within: readonly string[];
}

export const definitionOf = (machine: ResourceNode): Fact<Props> => machine.props.document("definition");

/** The parts of a state that hold states of their own. */
export function scopesOf(state: Props): Props[] {
	const branches = itemsOf(state.parts("Branches"));
	const single = knownAmong(["Iterator", "ItemProcessor"].map((key) => state.part(key)));
	return [...branches, ...single];
}

/** The states directly in a scope: a definition, a branch, or what a Map repeats. */
export function statesIn(scope: Props, within: readonly string[] = []): WorkflowState[] {
	const states = ifKnown(scope.part("States"))?.raw;
	if (typeof states !== "object" || states === null) return [];
	return Object.keys(states).flatMap((name) => {
		// A state's name may hold dots, so it is no path.
		const raw = rawProperty(states, name);
		if (typeof raw !== "object" || raw === null) return [];
		const state = new Props(raw, `definition.States.${name}`);
		return [{ name, type: ifKnown(state.text("Type")) ?? "", state, within }];
	});
}

/** Every state of a definition, at any depth. */
export function statesOf(definition: Props): WorkflowState[] {
	const all: WorkflowState[] = [];
	const pending = statesIn(definition);
	for (const state of pending) {
		all.push(state);
		for (const scope of scopesOf(state.state)) pending.push(...statesIn(scope, [...state.within, state.name]));
	}
	return all;
}

/** A state on a path, the longest that it may take, and how the path goes on. */
export interface PathStep {
	name: string;
	ownSeconds: number;
	/** Of this state and all that follow it. */
	totalSeconds: number;
	next: PathStep | undefined;
}

/**
 * The path on which one execution's states may take the longest by the timeouts that they state; waits count, retries do
 * not. A state is taken once: a loop's further rounds are not bounded by it. Undefined where a task on the path states
 * none.
 * @param taskSeconds what a task may take, where more than its own words is known of it
 */
export function longestPath(definition: Props, taskSeconds = statedSeconds): PathStep | undefined {
	const states = new Map(statesIn(definition).map((state) => [state.name, state]));
	const first = ifKnown(definition.text("StartAt"));
	if (first === undefined) return undefined;
	const longest = new Map<string, PathStep | undefined>();
	for (const state of finishOrder(first, states)) {
		const own = ownSeconds(state, taskSeconds);
		// What is not there yet is further back: a loop.
		const rest = successorsOf(state.state).filter((next) => longest.has(next));
		const bounded = rest.map((next) => longest.get(next)).filter((step) => step !== undefined);
		if (own === undefined || bounded.length < rest.length) longest.set(state.name, undefined);
		else {
			const [next] = bounded.sort((a, b) => b.totalSeconds - a.totalSeconds);
			const totalSeconds = own + (next?.totalSeconds ?? 0);
			longest.set(state.name, { name: state.name, ownSeconds: own, totalSeconds, next });
		}
	}
	return longest.get(first);
}

/** How long the {@link longestPath} takes. */
export const longestPathSeconds = (definition: Props, taskSeconds = statedSeconds): number | undefined =>
	longestPath(definition, taskSeconds)?.totalSeconds;

/** States in the order in which a depth-first walk leaves them, so that each comes after what follows it (loops apart). */
function finishOrder(first: string, states: ReadonlyMap<string, WorkflowState>): WorkflowState[] {
	const order: WorkflowState[] = [];
	const seen = new Set<WorkflowState>();
	const pending = [{ name: first, isDone: false }];
	for (let next = pending.pop(); next; next = pending.pop()) {
		const state = states.get(next.name);
		if (!state) continue;
		if (next.isDone) order.push(state);
		else if (!seen.has(state)) {
			seen.add(state);
			pending.push({ name: next.name, isDone: true });
			for (const name of successorsOf(state.state)) pending.push({ name, isDone: false });
		}
	}
	return order;
}

/** The states that may follow one: next, choices and their default; a catcher's way is a failure's, and counts too. */
function successorsOf(state: Props): string[] {
	const choices = ["Choices", "Catch"].flatMap((key) => itemsOf(state.parts(key)));
	const names = [state.text("Next"), state.text("Default"), ...choices.map((choice) => choice.text("Next"))];
	return knownAmong(names);
}

const statedSeconds = (task: Props): number | undefined => ifKnown(task.number("TimeoutSeconds"));

function ownSeconds({ type, state }: WorkflowState, taskSeconds: typeof statedSeconds): number | undefined {
	if (type === "Task") return taskSeconds(state);
	if (type === "Wait") return ifKnown(state.number("Seconds")) ?? 0;
	const scopes = scopesOf(state).map((scope) => longestPathSeconds(scope, taskSeconds));
	return scopes.includes(undefined) ? undefined : Math.max(0, ...scopes.map(Number));
}
