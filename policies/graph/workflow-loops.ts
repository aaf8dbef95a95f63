/** Loops of a workflow: the states that lead back to one, and how long a round waits. Retries and catches are no loops. */
import { ifKnown, itemsOf, knownAmong } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { scopesOf, statesIn, type WorkflowState } from "./workflows.ts";

/** A round that may be made any number of times, through one state. */
export interface Loop {
	through: WorkflowState;
	states: readonly WorkflowState[];
}

/** The loops of a definition through the tasks that are asked for, at any depth; one loop through several is given once. */
export function loopsThrough(definition: Props, isWanted: (task: WorkflowState) => boolean): Loop[] {
	const loops: Loop[] = [];
	const pending = [definition];
	for (const scope of pending) {
		const states = statesIn(scope);
		const byName = new Map(states.map((state) => [state.name, state]));
		const before = new Map<string, string[]>();
		for (const { name, state } of states)
			for (const next of followersOf(state)) before.set(next, [...(before.get(next) ?? []), name]);
		const seen = new Set<string>();
		for (const through of states.filter((state) => state.type === "Task" && isWanted(state))) {
			if (seen.has(through.name)) continue;
			const after = reached(through.name, (name) => {
				const state = byName.get(name);
				return state ? followersOf(state.state) : [];
			});
			if (!after.has(through.name)) continue;
			const back = reached(through.name, (name) => before.get(name) ?? []);
			const round = states.filter(({ name }) => after.has(name) && back.has(name));
			for (const { name } of round) seen.add(name);
			loops.push({ through, states: round });
		}
		for (const { state } of states) pending.push(...scopesOf(state));
	}
	return loops;
}

/** What may follow a state that succeeded. */
function followersOf(state: Props): string[] {
	const choices = itemsOf(state.parts("Choices"));
	const names = [state.text("Next"), state.text("Default"), ...choices.map((choice) => choice.text("Next"))];
	return knownAmong(names);
}

/** What a walk from a name comes to, the name itself only where the walk leads back to it. */
function reached(from: string, next: (name: string) => readonly string[]): Set<string> {
	const found = new Set<string>();
	const pending = [...next(from)];
	for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
		if (found.has(name)) continue;
		found.add(name);
		pending.push(...next(name));
	}
	return found;
}

/** The shortest wait of a round in seconds, 0 where it does not wait; undefined where the input decides how long. */
export function roundWaitSeconds({ states }: Loop): number | undefined {
	const waits = states.filter(({ type }) => type === "Wait").map(({ state }) => secondsOf(state));
	if (waits.length === 0) return 0;
	return waits.includes(undefined) ? undefined : Math.min(...waits.map(Number));
}

/** A wait's seconds: a number, or one that JSONata's marks stand around. */
function secondsOf(wait: Props): number | undefined {
	const [, literal] = /^\{%\s*(\d+)\s*%\}$/.exec(ifKnown(wait.text("Seconds")) ?? "") ?? [];
	return literal === undefined ? ifKnown(wait.number("Seconds")) : Number(literal);
}
