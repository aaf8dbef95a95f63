/**
 * Runs a state machine of Amazon States Language with JSONata, as far as the platform's definitions go: tasks answer by what a
 * test says, waits take no time, retries and catchers are followed by their error names.
 */
import jsonata from "jsonata";

interface Retrier {
	ErrorEquals: string[];
	MaxAttempts?: number;
	IntervalSeconds?: number;
	BackoffRate?: number;
	MaxDelaySeconds?: number;
}
interface Catcher {
	ErrorEquals: string[];
	Output?: unknown;
	Next: string;
}
interface Choice {
	Condition: string;
	Output?: unknown;
	Next: string;
}

export interface JsonataState {
	Type: string;
	Resource?: string;
	Arguments?: unknown;
	Output?: unknown;
	Next?: string;
	Default?: string;
	Choices?: Choice[];
	Retry?: Retrier[];
	Catch?: Catcher[];
	Seconds?: unknown;
	TimeoutSeconds?: number;
	Error?: unknown;
	Cause?: unknown;
}

export interface JsonataWorkflow {
	StartAt: string;
	TimeoutSeconds: number;
	States: Record<string, JsonataState>;
}

/** An error as a service or a function gives it. */
export class StateError extends Error {
	readonly error: string;
	constructor(error: string, cause?: string) {
		super(cause ?? "");
		this.error = error;
	}
}

export interface Ended {
	/** States in the order in which they were entered. */
	path: string[];
	/** Arguments of the tasks, by state, in order. */
	asked: { state: string; given: unknown }[];
	waitedSeconds: number[];
	output?: unknown;
	failed?: { Error: unknown; Cause: unknown };
}

const STEPS_MAX = 100_000;
const MARKED = /^\{%(.*)%\}$/s;

/**
 * @param input of the execution
 * @param tasks answers of the tasks
 * @throws on what Step Functions would end an execution by itself for: no such state, an expression that gives nothing
 */
export async function run(
	workflow: JsonataWorkflow,
	input: unknown,
	tasks: (state: string, given: unknown) => unknown,
): Promise<Ended> {
	const context = { Execution: { Id: "arn:execution", Name: "execution", Input: input }, Task: { Token: "token" } };
	const ended: Ended = { path: [], asked: [], waitedSeconds: [] };
	let name = workflow.StartAt;
	let data = input;
	for (let steps = 0; steps < STEPS_MAX; steps++) {
		const state = workflow.States[name];
		if (!state) throw new Error(`There is no state "${name}".`);
		ended.path.push(name);
		const states = { input: data, context };
		const outputOf = (output: unknown, more: object = {}) =>
			output === undefined ? data : evaluated(output, { ...states, ...more });
		if (state.Type === "Succeed") return { ...ended, output: await outputOf(state.Output) };
		if (state.Type === "Fail")
			return {
				...ended,
				failed: { Error: await evaluated(state.Error, states), Cause: await evaluated(state.Cause, states) },
			};
		if (state.Type === "Choice") {
			const chosen = await choose(state, states);
			if (chosen?.Output !== undefined) data = await outputOf(chosen.Output);
			name = chosen?.Next ?? state.Default ?? "";
			continue;
		}
		if (state.Type === "Wait") ended.waitedSeconds.push(Number(await evaluated(state.Seconds, states)));
		else if (state.Type === "Pass") data = await outputOf(state.Output);
		else if (state.Type === "Task") {
			const given = await evaluated(state.Arguments, states);
			const answer = attempted(state, () => {
				ended.asked.push({ state: name, given });
				return tasks(name, given);
			});
			if ("errorOutput" in answer) {
				const caught = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, answer.errorOutput.Error));
				if (!caught) return { ...ended, failed: { Cause: undefined, ...answer.errorOutput } };
				data = await outputOf(caught.Output, answer);
				name = caught.Next;
				continue;
			}
			data = await outputOf(state.Output, answer);
		} else throw new Error(`The state "${name}" is of a type that is not run here: ${state.Type}.`);
		name = state.Next ?? "";
	}
	throw new Error(`No end after ${STEPS_MAX} states: …${ended.path.slice(-10).join(" → ")}`);
}

async function choose({ Choices = [] }: JsonataState, states: object): Promise<Choice | undefined> {
	for (const choice of Choices) {
		const isMet = await evaluated(choice.Condition, states);
		if (typeof isMet !== "boolean") throw new Error(`The condition ${choice.Condition} is ${JSON.stringify(isMet)}.`);
		if (isMet) return choice;
	}
	return undefined;
}

type Answer = { result: unknown } | { errorOutput: { Error: string; Cause?: string } };

/** Each retrier counts its own attempts. */
function attempted({ Retry = [] }: JsonataState, call: () => unknown): Answer {
	const attempts = new Map<Retrier, number>();
	for (;;) {
		try {
			return { result: call() };
		} catch (error) {
			if (!(error instanceof StateError)) throw error;
			const retrier = Retry.find(({ ErrorEquals }) => matches(ErrorEquals, error.error));
			const made = retrier ? (attempts.get(retrier) ?? 0) : 0;
			if (!retrier || made >= (retrier.MaxAttempts ?? 3))
				return { errorOutput: { Error: error.error, ...(error.message ? { Cause: error.message } : {}) } };
			attempts.set(retrier, made + 1);
		}
	}
}

const matches = (names: readonly string[], error: string): boolean =>
	names.includes("States.ALL") ||
	names.includes(error) ||
	(names.includes("States.TaskFailed") && error !== "States.Timeout");

/** Expressions at any depth, by their values. One that gives nothing ends an execution. */
async function evaluated(value: unknown, states: object): Promise<unknown> {
	if (typeof value === "string") {
		const [, text] = MARKED.exec(value) ?? [];
		if (text === undefined) return value;
		const result: unknown = await jsonata(text).evaluate({}, { states, uuid: () => "0".repeat(36) });
		if (result === undefined) throw new Error(`States.QueryEvaluationError: ${text} gives nothing.`);
		// Results carry marks of their own.
		return structuredClone(result);
	}
	if (Array.isArray(value)) return Promise.all(value.map((item) => evaluated(item, states)));
	if (value === null || typeof value !== "object") return value;
	const entries = Object.entries(value).map(async ([key, item]) => [key, await evaluated(item, states)] as const);
	return Object.fromEntries(await Promise.all(entries));
}
