import { expect } from "chai";
import { faultsOf } from "../../support/asl.ts";
import { definitionWith, ECS_TRAINING, SAGEMAKER_TRAINING, workflowWith } from "../../support/components-pipeline.ts";
import type { JsonataState } from "../../support/workflow-run.ts";

const states = (change: Parameters<typeof workflowWith>[0] = {}): [string, JsonataState][] =>
	Object.entries(workflowWith(change).States);

describe("components/parts/pipeline-definition", () => {
	it("is valid in the language, whichever way it trains", () => {
		for (const train of [undefined, ECS_TRAINING, SAGEMAKER_TRAINING]) {
			expect(faultsOf(definitionWith({ train }))).to.deep.equal([]);
		}
	});

	it("would not be valid with a state that leads nowhere", () => {
		const { States, ...definition } = definitionWith();
		const faults = faultsOf({ ...definition, States: { ...States, Wait: { ...States.Wait, Next: "Nowhere" } } });
		expect(faults.join()).to.include("MISSING_TRANSITION_TARGET");
	});

	it("guards every task by a timeout, retries and a catcher of everything", () => {
		for (const change of [{}, { train: SAGEMAKER_TRAINING }])
			for (const [name, { Type, TimeoutSeconds = 0, Retry = [], Catch = [] }] of states(change)) {
				if (Type !== "Task") continue;
				expect(TimeoutSeconds, name).to.be.greaterThan(0);
				expect(
					Retry.some(({ MaxAttempts = 0 }) => MaxAttempts > 0),
					name,
				).to.equal(true);
				expect(Catch.at(-1)?.ErrorEquals, name).to.deep.equal(["States.ALL"]);
			}
	});

	it("waits out an outage of what is judged by, of minutes and not of hours, before it rolls back", () => {
		const [, passing] = new Map(states()).get("Judge")?.Retry ?? [];
		const {
			IntervalSeconds = 0,
			BackoffRate = 1,
			MaxAttempts = 0,
			MaxDelaySeconds = 0,
		} = passing ?? { ErrorEquals: [] };
		const waits = Array.from({ length: MaxAttempts }, (_, i) =>
			Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** i),
		);
		const longest = waits.reduce((sum, seconds) => sum + seconds, 0);
		// Jitter makes half of it in the mean.
		expect(longest / 2).to.be.within(5 * 60, 15 * 60);
	});

	it("leads every state to one that is there, and to every state some way", () => {
		for (const change of [{}, { train: SAGEMAKER_TRAINING }]) {
			const all = states(change);
			const named = all.flatMap(([, { Next, Default, Catch = [], Choices = [] }]) => [
				Next,
				Default,
				...[...Catch, ...Choices].map((way) => way.Next),
			]);
			const reached = new Set(["Begin", ...named.filter((name) => name !== undefined)]);
			expect([...reached]).to.have.members(all.map(([name]) => name));
		}
	});
});
