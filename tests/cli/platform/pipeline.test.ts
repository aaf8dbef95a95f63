import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { expect } from "chai";
import { causeWords } from "../../../cli/platform/cause.ts";
import { type ReadHistory, StateTrail } from "../../../cli/platform/pipeline-states.ts";
import { RolloutTrail, type RolloutWatcher } from "../../../cli/platform/rollout-trail.ts";
import { aJudgement, aRollout, EXECUTION, MODEL, registryWith } from "../../support/cli-registry.ts";

/** An execution's history that grows, read newest first, so many events a page. */
function history(pageSize: number) {
	const events: HistoryEvent[] = [];
	const asked: object[] = [];
	const add = (...names: string[]) => {
		for (const name of names)
			events.push(
				{ id: events.length + 1, type: "TaskStateEntered", timestamp: new Date(0), stateEnteredEventDetails: { name } },
				{ id: events.length + 2, type: "TaskStateExited", timestamp: new Date(0) },
			);
	};
	const read: ReadHistory = async (page) => {
		asked.push(page);
		const from = Number(page.nextToken ?? 0);
		const isLeft = from + pageSize < events.length;
		return {
			events: events.toReversed().slice(from, from + pageSize),
			...(isLeft && { nextToken: String(from + pageSize) }),
		};
	};
	return { add, asked, trail: new StateTrail(read, EXECUTION) };
}

describe("cli/platform/pipeline", () => {
	it("tells each state once, in order, also where it is asked for again and again", async () => {
		const { add, trail } = history(100);
		add("Begin", "Train", "Evaluate");
		expect(await trail.news()).to.deep.equal(["Begin", "Train", "Evaluate"]);
		expect(await trail.news()).to.deep.equal([]);
		add("Deploy", "Deploy");
		expect(await trail.news()).to.deep.equal(["Deploy"]);
		add("Deploy", "Judge", "Shift", "Judge", "Finalize");
		expect(await trail.news()).to.deep.equal(["Finalize"]);
	});

	it("reads no further back than what it knows", async () => {
		const { add, asked, trail } = history(4);
		add("a", "b", "c", "d");
		expect(await trail.news()).to.deep.equal(["a", "b", "c", "d"]);
		expect(asked).to.have.length(2);
		add("e");
		expect(await trail.news()).to.deep.equal(["e"]);
		expect(asked).to.have.length(3);
	});

	it("tells the rollout's changes and each judgement once, of its own execution alone", async () => {
		const told: string[] = [];
		const watcher: RolloutWatcher = {
			onRollout: ({ state, step }) => void told.push(`${state} ${step}`),
			onJudgement: ({ sentence }) => void told.push(sentence),
		};
		const items: object[] = [aRollout(1, { execution: "another" })];
		const registry = {
			lastRollout: (model: string) => registryWith(...items).registry.lastRollout(model),
			judgements: (...of: [string, number, number]) => registryWith(...items).registry.judgements(...of),
		};
		const trail = new RolloutTrail(registry, MODEL, EXECUTION, watcher);
		await trail.look();
		items.push(aRollout(2), aJudgement(2, 1));
		await trail.look();
		items.push(aJudgement(2, 2), aRollout(2, { step: 1 }));
		await trail.look();
		await trail.look();
		expect(told).to.deep.equal(["Look 1 of rollout 2.", "SHIFTING 0", "Look 2 of rollout 2.", "SHIFTING 1"]);
		expect(trail.judgements).to.have.length(2);
		expect(trail.last?.rollout).to.equal(2);
	});

	it("gives the words of a cause, whether a function or a task ended with them, or neither", () => {
		const words = "Essential container in task exited. What it said is in the log of task 0a1b.";
		const task = { TaskArn: "arn:aws:ecs:eu-west-1:1:task/training/0a1b", StoppedReason: words.slice(0, 35) };
		expect(causeWords(JSON.stringify(task))).to.equal(words);
		const { TaskArn: taskArn, StoppedReason: stoppedReason } = task;
		expect(causeWords(JSON.stringify({ taskArn, stoppedReason }))).to.equal(words);
		expect(causeWords('{"errorType":"PipelineBusyError","errorMessage":"Busy."}')).to.equal("Busy.");
		expect(causeWords("The pipeline failed.")).to.equal("The pipeline failed.");
	});
});
