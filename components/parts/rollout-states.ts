/**
 * The part of a model's pipeline that rolls a version out: open, ask, deploy, watch, shift, finalize, or roll back. Pure.
 * Which state a rollout is in, its record says: a pipeline that starts anew enters at the same place.
 */
import {
	APPROVAL_TIMEOUT_SECONDS,
	JUDGE_TIMEOUT_SECONDS,
	LOOKS_MAX,
	ROLLOUT_TIMEOUT_SECONDS,
} from "../../charter/delivery.ts";
import { APPROVAL_REFUSED } from "../../charter/pipeline.ts";
import type { RolloutState } from "../../charter/rollout.ts";
import {
	ask,
	ENDS_FAILED,
	expression,
	invoke,
	keep,
	type PipelineWorkflow,
	RETRY_JUDGE,
	RETRY_ROLLBACK,
	ROLLS_BACK,
	type State,
	type States,
	service,
} from "./pipeline-states.ts";

const KEEP_ROLLOUT = keep("rollout", "$states.result.Payload");
const ROLLOUT = expression("$states.input.rollout.rollout");
const isIn = (...states: RolloutState[]): string =>
	expression(`$states.input.rollout.state in ${JSON.stringify(states)}`);
const isVerdict = (...verdicts: string[]): string =>
	expression(`$states.input.judge.verdict in ${JSON.stringify(verdicts)}`);

/** How long a round waits, also one that waits for tasks to start or a queue to empty. */
const pause = (next: string): State => ({
	Type: "Wait",
	Seconds: expression("$states.input.rollout.intervalSeconds"),
	Next: next,
});

/** A step that is asked for again, after a while, until it is through. */
function repeated(name: string, from: RolloutState, task: State): States {
	return {
		[name]: { ...task, Output: KEEP_ROLLOUT, Next: `Is${name}Done` },
		[`Is${name}Done`]: {
			Type: "Choice",
			// A step that is through has left its state: else it would be asked again at once, and again.
			Choices: [
				{
					Condition: expression(`$states.input.rollout.isDone and $states.input.rollout.state != "${from}"`),
					Next: "ByState",
				},
			],
			Default: `${name}Pause`,
		},
		[`${name}Pause`]: pause(name),
	};
}

export function rolloutStates(workflow: PipelineWorkflow): States {
	const { rollout, judge } = workflow.functions;
	const step = (action: string, more: object = { rollout: ROLLOUT }) => ({
		...invoke(workflow, rollout, ask(workflow, action, more), ROLLOUT_TIMEOUT_SECONDS),
		Catch: ROLLS_BACK,
	});
	return {
		Open: {
			...step("open", {
				version: expression("$states.input.version"),
				isTrained: expression("$not($exists($states.input.input.version))"),
			}),
			Output: expression(
				'$merge([$states.input, {"rollout": $states.result.Payload}, $exists($states.result.Payload.reason) ? {"reason": $states.result.Payload.reason} : {}])',
			),
			// Whether it has one already is not known here: the watch goes on with it if so.
			Catch: ENDS_FAILED,
			Next: "ByState",
		},
		ByState: {
			Type: "Choice",
			Choices: [
				{ Condition: isIn("AWAITING_APPROVAL"), Next: "Ask" },
				{ Condition: isIn("DEPLOYING"), Next: "Deploy" },
				{ Condition: isIn("SHADOWING", "SHIFTING"), Next: "Wait" },
				{ Condition: isIn("FINALIZING"), Next: "Finalize" },
				{ Condition: isIn("ROLLING_BACK"), Next: "Rollback" },
				{
					Condition: isIn("PROMOTED", "ROLLED_BACK"),
					Output: keep("outcome", "$states.input.rollout.state"),
					Next: "End",
				},
			],
			Default: "Unforeseen",
		},
		Unforeseen: {
			Type: "Pass",
			Output: keep(
				"error",
				'{"Error": "PipelineStateError", "Cause": "The rollout is in a state that this definition does not know: run up with the present program."}',
			),
			Next: "End",
		},
		Ask: askState(workflow),
		...repeated("Deploy", "DEPLOYING", step("deploy")),
		Wait: pause("Judge"),
		Judge: {
			...invoke(workflow, judge, { model: workflow.model.model, rollout: ROLLOUT }, JUDGE_TIMEOUT_SECONDS),
			Output: expression(
				'$merge([$states.input, {"judge": $states.result.Payload, "looks": $states.input.looks + 1, "rollout": $merge([$states.input.rollout, {"state": $states.result.Payload.state}])}])',
			),
			Retry: RETRY_JUDGE,
			Catch: ROLLS_BACK,
			Next: "ByVerdict",
		},
		ByVerdict: {
			Type: "Choice",
			Choices: [
				// Somebody has rolled it back by hand meanwhile.
				{ Condition: expression('$not($states.input.rollout.state in ["SHADOWING", "SHIFTING"])'), Next: "ByState" },
				{
					Condition: isVerdict("rollback"),
					Output: keep("reason", "$states.input.judge.sentence"),
					Next: "Rollback",
				},
				{ Condition: isVerdict("promote"), Next: "Shift" },
				{
					Condition: expression(`$states.input.looks >= ${LOOKS_MAX}`),
					Output: keep("outcome", '"CONTINUED"'),
					Next: "End",
				},
			],
			Default: "Wait",
		},
		Shift: { ...step("shift"), Output: KEEP_ROLLOUT, Next: "ByState" },
		...repeated("Finalize", "FINALIZING", step("finalize")),
		...repeated("Rollback", "ROLLING_BACK", {
			...step("rollback", {
				rollout: ROLLOUT,
				reason: expression(
					'$exists($states.input.reason) ? $states.input.reason : "a rollback that was begun is brought to its end"',
				),
			}),
			Retry: RETRY_ROLLBACK,
			// The route is the champion's by the first write: what is left the watch tries anew.
			Catch: ENDS_FAILED,
		}),
	};
}

/** A person decides, by the token that the function keeps; what they send back says no more than yes. */
function askState(workflow: PipelineWorkflow): State {
	const payload = ask(workflow, "ask", { rollout: ROLLOUT, taskToken: expression("$states.context.Task.Token") });
	const task = invoke(workflow, workflow.functions.rollout, payload, ROLLOUT_TIMEOUT_SECONDS);
	return {
		...task,
		Resource: service(workflow, "lambda:invoke.waitForTaskToken"),
		TimeoutSeconds: APPROVAL_TIMEOUT_SECONDS,
		Retry: [{ ErrorEquals: ["States.Timeout"], MaxAttempts: 0 }, ...(Array.isArray(task.Retry) ? task.Retry : [])],
		Output: expression("$states.input"),
		Catch: [
			{
				ErrorEquals: [APPROVAL_REFUSED],
				Output: keep(
					"reason",
					'"a person refused it" & ($exists($states.errorOutput.Cause) ? ": " & $states.errorOutput.Cause : "")',
				),
				Next: "Rollback",
			},
			{
				ErrorEquals: ["States.Timeout"],
				Output: keep("reason", '"nobody has approved it in time"'),
				Next: "Rollback",
			},
			...ROLLS_BACK,
		],
		Next: "Deploy",
	};
}
