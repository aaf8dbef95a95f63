import { expect } from "chai";
import { Props } from "../../../policies/facts/props.ts";
import { loopsThrough, roundWaitSeconds } from "../../../policies/graph/workflow-loops.ts";
import type { WorkflowState } from "../../../policies/graph/workflows.ts";

type State = Record<string, unknown>;

const definition = (States: Record<string, State>) => ({ States });

describe("policies/graph/workflow-loops", () => {
	const task = (more: State = {}) => ({ Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", ...more });
	const loopsOf = (States: Record<string, State>, isWanted = (_: WorkflowState) => true) =>
		loopsThrough(new Props(definition(States)), isWanted);
	const names = (...found: Parameters<typeof loopsOf>) =>
		loopsOf(...found).map(({ through, states }) => [through.name, states.map(({ name }) => name)]);
	const wait = (more: State) => ({ Type: "Wait", Next: "Ask", ...more });
	const round = {
		Start: task({ Next: "Wait" }),
		Wait: wait({ Seconds: 9 }),
		Ask: task({ Next: "Done?" }),
		"Done?": { Type: "Choice", Choices: [{ Next: "Done" }, { Next: "Wait" }], Default: "Done" },
		Done: { Type: "Succeed" },
	};

	it("finds the states of a round, by a choice, a default or a plain next", () => {
		const expected = [["Ask", ["Wait", "Ask", "Done?"]]];
		expect(names(round)).to.deep.equal(expected);
		const byDefault = { Type: "Choice", Choices: [{ Next: "Done" }], Default: "Wait" };
		expect(names({ ...round, "Done?": byDefault })).to.deep.equal(expected);
		expect(names({ A: task({ Next: "A" }) })).to.deep.equal([["A", ["A"]]]);
		const forward = { Type: "Choice", Choices: [{ Next: "Done" }] };
		expect(names({ ...round, "Done?": forward })).to.deep.equal([]);
	});

	it("gives a loop through several tasks once, and asks about tasks alone", () => {
		const two = { A: task({ Next: "B" }), B: task({ Next: "Pass" }), Pass: { Type: "Pass", Next: "A" } };
		expect(names(two)).to.deep.equal([["A", ["A", "B", "Pass"]]]);
		expect(names(two, ({ name }) => name === "B")).to.deep.equal([["B", ["A", "B", "Pass"]]]);
		expect(names(two, ({ name }) => name === "Pass")).to.deep.equal([]);
		expect(names({ A: { Type: "Pass", Next: "A" } })).to.deep.equal([]);
	});

	it("takes retries and catches for no loop, and survives a state that is not there", () => {
		const caught = task({ Catch: [{ Next: "A" }], Retry: [{ MaxAttempts: 3 }], Next: "Nowhere" });
		expect(names({ A: caught })).to.deep.equal([]);
	});

	it("finds loops inside a Map and a branch", () => {
		expect(names({ Each: { Type: "Map", ItemProcessor: definition(round) } })).to.deep.equal([
			["Ask", ["Wait", "Ask", "Done?"]],
		]);
		expect(
			names({ Both: { Type: "Parallel", Branches: [definition({ A: task() }), definition(round)] } }),
		).to.deep.equal([["Ask", ["Wait", "Ask", "Done?"]]]);
	});

	it("tells the shortest wait of a round, none where it does not wait, and nothing where the input decides", () => {
		const waits = (...states: State[]) => {
			const chain = states.map((state, i) => [`W${i}`, { ...state, Next: `W${i + 1}` }] as const);
			const [loop] = loopsOf({ ...Object.fromEntries(chain), [`W${states.length}`]: task({ Next: "W0" }) });
			return loop && roundWaitSeconds(loop);
		};
		expect(waits({ Type: "Wait", Seconds: 30 }, { Type: "Wait", Seconds: 5 })).to.equal(5);
		expect(waits({ Type: "Wait", Seconds: 5 }, { Type: "Wait", Seconds: 30 })).to.equal(5);
		expect(waits({ Type: "Pass", Seconds: 1 })).to.equal(0);
		expect(waits({ Type: "Wait", Seconds: "{% 30 %}" })).to.equal(30);
		for (const Seconds of ["{%30%}", "{%   30   %}"]) expect(waits({ Type: "Wait", Seconds })).to.equal(30);
		for (const Seconds of ["{% $wait %}", "in {% 30 %}", "{% 30 %} s"])
			expect(waits({ Type: "Wait", Seconds })).to.equal(undefined);
		expect(waits({ Type: "Wait", SecondsPath: "$.wait" }, { Type: "Wait", Seconds: 5 })).to.equal(undefined);
	});
});
