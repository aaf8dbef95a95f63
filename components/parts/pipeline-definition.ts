/**
 * The workflow of a model's versions in Amazon States Language, with JSONata. Pure: ARNs come in.
 * Begin → Train → Evaluate → Register → Open → Ask? → Deploy → (Wait → Judge → Shift)… → Finalize | Rollback → End.
 */

import { PIPELINE_TIMEOUT_SECONDS, ROLLOUT_TIMEOUT_SECONDS } from "../../charter/delivery.ts";
import { REGISTER_TIMEOUT_SECONDS } from "../../charter/derive.ts";
import { PIPELINE_ERRORS } from "../../charter/pipeline.ts";
import {
	ask,
	ENDS_FAILED,
	expression,
	invoke,
	keep,
	type PipelineWorkflow,
	registrationStates,
	type States,
} from "./pipeline-states.ts";
import { rolloutStates } from "./rollout-states.ts";
import { trainingStates } from "./training-states.ts";

/** @returns the definition, to be written as JSON */
export const pipelineDefinition = (workflow: PipelineWorkflow) => ({
	Comment:
		"Trains a model, or takes a version of it, and rolls it out step by step; or goes on with what a crash has left",
	QueryLanguage: "JSONata",
	StartAt: "Begin",
	TimeoutSeconds: PIPELINE_TIMEOUT_SECONDS,
	States: {
		...beginStates(workflow),
		...trainingStates(workflow),
		...(workflow.train ? registrationStates(workflow, REGISTER_TIMEOUT_SECONDS) : {}),
		...rolloutStates(workflow),
		...endStates(workflow),
	},
});

function beginStates(workflow: PipelineWorkflow): States {
	const { functions, model } = workflow;
	const begin = ask(workflow, "begin", { input: expression("$states.context.Execution.Input") });
	return {
		Begin: {
			...invoke(workflow, functions.rollout, begin, ROLLOUT_TIMEOUT_SECONDS),
			Output: expression('{"begin": $states.result.Payload, "input": $states.context.Execution.Input, "looks": 0}'),
			Catch: [
				// The lock is another execution's: nothing of it is touched.
				{ ErrorEquals: [PIPELINE_ERRORS.busy], Output: keep("error", "$states.errorOutput"), Next: "Failed" },
				...ENDS_FAILED,
			],
			Next: "WhatNext",
		},
		WhatNext: {
			Type: "Choice",
			Choices: [
				{
					Condition: expression('$states.input.begin.next = "RESUME"'),
					Output: expression(
						`$merge([$states.input, {"version": $states.input.begin.version, "rollout": {"rollout": $states.input.begin.rollout, "state": $states.input.begin.state, "intervalSeconds": ${model.plan?.intervalSeconds ?? 0}}}])`,
					),
					Next: "ByState",
				},
				{
					Condition: expression('$states.input.begin.next = "OPEN"'),
					Output: keep("version", "$states.input.begin.version"),
					Next: "Open",
				},
			],
			Default: "Train",
		},
	};
}

function endStates(workflow: PipelineWorkflow): States {
	return {
		End: {
			...invoke(workflow, workflow.functions.rollout, ask(workflow, "end"), ROLLOUT_TIMEOUT_SECONDS),
			Output: expression("$states.input"),
			// The lock of an execution that has ended holds nobody up.
			Catch: [{ ErrorEquals: ["States.ALL"], Output: expression("$states.input"), Next: "HasFailed" }],
			Next: "HasFailed",
		},
		HasFailed: {
			Type: "Choice",
			Choices: [{ Condition: expression("$exists($states.input.error)"), Next: "Failed" }],
			Default: "Outcome",
		},
		Failed: {
			Type: "Fail",
			Error: expression("$states.input.error.Error"),
			Cause: expression(
				'($states.input.outcome = "ROLLED_BACK" ? "The pipeline failed, and the rollout is rolled back. " : "") & ($exists($states.input.error.Cause) ? $states.input.error.Cause : "The execution\'s history says where.")',
			),
		},
		Outcome: {
			Type: "Pass",
			Output: expression(
				`{"model": "${workflow.model.model}", "outcome": $states.input.outcome, "version": $states.input.version, "rollout": $states.input.rollout.rollout, "reason": $states.input.reason}`,
			),
			Next: "Done",
		},
		Done: { Type: "Succeed" },
	};
}
