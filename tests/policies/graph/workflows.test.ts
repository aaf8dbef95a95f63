import { expect } from "chai";
import { Props } from "../../../policies/facts/props.ts";
import {
	longestPath,
	longestPathSeconds,
	type PathStep,
	statesIn,
	statesOf,
} from "../../../policies/graph/workflows.ts";
import { UNKNOWN } from "../../support/policies.ts";

type State = Record<string, unknown>;

describe("policies/graph/workflows", () => {
	const machine = (States: unknown, StartAt = "A") => new Props({ StartAt, States });
	const task = (TimeoutSeconds: unknown, more: State = {}) => ({ Type: "Task", TimeoutSeconds, ...more });
	/** The steps of the longest path, as in "A 5 of 8". */
	const pathOf = (States: unknown, StartAt?: string) => {
		const words: string[] = [];
		for (let step: PathStep | undefined = longestPath(machine(States, StartAt)); step; step = step.next)
			words.push(`${step.name} ${step.ownSeconds} of ${step.totalSeconds}`);
		return words;
	};

	it("reads the states of a scope, whatever their names, and skips what is none", () => {
		const states = statesIn(machine({ "A.b": { Type: "Pass" }, B: {}, C: "no state", D: null, E: task(UNKNOWN) }));
		expect(states.map(({ name, type, within }) => [name, type, within])).to.deep.equal([
			["A.b", "Pass", []],
			["B", "", []],
			["E", "Task", []],
		]);
		expect(states[2]?.state.number("TimeoutSeconds")).to.deep.equal({
			state: "unknown",
			property: "definition.States.E.TimeoutSeconds",
		});
		for (const none of [undefined, null, "text", 3]) expect(statesIn(machine(none))).to.deep.equal([]);
	});

	it("reads states at any depth, and what is around them", () => {
		const inner = { States: { C: { Type: "Map", Iterator: { States: { D: {} } } } } };
		const all = statesOf(
			machine({ A: { Type: "Parallel", Branches: [inner] }, B: { ItemProcessor: { States: { E: {} } } } }),
		);
		expect(all.map(({ name, within }) => [name, within])).to.deep.equal([
			["A", []],
			["B", []],
			["C", ["A"]],
			["E", ["B"]],
			["D", ["A", "C"]],
		]);
	});

	it("adds up the times of tasks and waits along the slowest of the ways", () => {
		expect(
			pathOf({ A: task(5, { Next: "B" }), B: { Type: "Wait", Seconds: 3, Next: "C" }, C: { Type: "Pass" } }),
		).to.deep.equal(["A 5 of 8", "B 3 of 3", "C 0 of 0"]);
		const slow = task(9, { Next: "End" });
		const fast = task(2, { Next: "End" });
		const End = task(1);
		for (const [first, second] of [
			["Slow", "Fast"],
			["Fast", "Slow"],
		])
			for (const A of [
				{ Type: "Choice", Choices: [{ Next: first }, { Next: second }] },
				{ Type: "Choice", Choices: [{ Next: first }], Default: second },
				task(0, { Next: first, Catch: [{ Next: second }] }),
			])
				expect(pathOf({ A, Slow: slow, Fast: fast, End })).to.deep.equal(["A 0 of 10", "Slow 9 of 10", "End 1 of 1"]);
	});

	it("takes the first of ways that are as slow", () => {
		const A = { Type: "Choice", Choices: [{ Next: "C" }, { Next: "B" }] };
		expect(pathOf({ A, B: task(4), C: task(4) })).to.deep.equal(["A 0 of 4", "C 4 of 4"]);
	});

	it("takes the slowest branch, and what a Map repeats once", () => {
		const scope = (seconds: number) => ({ StartAt: "X", States: { X: task(seconds) } });
		expect(
			pathOf({ A: { Type: "Parallel", Branches: [scope(4), scope(7), scope(5)], Next: "B" }, B: task(1) }),
		).to.deep.equal(["A 7 of 8", "B 1 of 1"]);
		expect(pathOf({ A: { Type: "Map", ItemProcessor: scope(6) } })).to.deep.equal(["A 6 of 6"]);
		expect(pathOf({ A: { Type: "Map", Iterator: { StartAt: "X", States: { X: task(undefined) } } } })).to.deep.equal(
			[],
		);
	});

	it("knows no bound where a task on the way states none, and asks the caller about it", () => {
		const States = { A: task(5, { Next: "B" }), B: task(undefined), C: task(undefined) };
		expect(pathOf(States)).to.deep.equal([]);
		expect(longestPathSeconds(machine(States), () => 10)).to.equal(20);
		expect(longestPathSeconds(machine(States, "B"))).to.equal(undefined);
		const choice = { Type: "Choice", Choices: [{ Next: "B" }, { Next: "D" }] };
		expect(pathOf({ A: choice, B: task(undefined), D: task(1) })).to.deep.equal([]);
	});

	it("takes each state of a loop once, and goes on past a state that is not there", () => {
		expect(pathOf({ A: task(5, { Next: "B" }), B: task(3, { Next: "A" }) })).to.deep.equal(["A 5 of 8", "B 3 of 3"]);
		expect(pathOf({ A: task(5, { Next: "Nowhere" }) })).to.deep.equal(["A 5 of 5"]);
		expect(pathOf({ A: task(5) }, "Nowhere")).to.deep.equal([]);
		expect(longestPath(new Props({ States: { A: task(5) } }))).to.equal(undefined);
	});

	it("counts no wait whose length its input decides", () => {
		expect(pathOf({ A: { Type: "Wait", SecondsPath: "$.wait" } })).to.deep.equal(["A 0 of 0"]);
	});
});
