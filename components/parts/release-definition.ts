/**
 * The workflow of new code in Amazon States Language, with JSONata, one for all functions behind the API. Pure: ARNs come in.
 * Begin → Probe → (Shift → Wait → Judge)… → Finish, or back to the version before.
 */
import { RELEASE_TIMEOUT_SECONDS, type ReleaseRequest } from "../../charter/release.ts";
import { expression, invoke, keep, RETRY_ROLLBACK, type State, type States } from "./pipeline-states.ts";

export interface ReleaseWorkflow {
	/** As in "aws". */
	partition: string;
	/** ARN of the `release` function. */
	releaseFunction: string;
	/** Longest that a function which is released may run. */
	timeoutSeconds: number;
}

/** Half a dozen of the longest intervals: a release that takes longer hangs. */
const EXECUTION_TIMEOUT_SECONDS = 7 * 24 * 60 * 60;
const PROBES_MAX = 3;
const PROBE_PAUSE_SECONDS = 5;
/** A cold start of new code, or a function that has all its concurrency in use. */
const RETRY_PROBE = [
	{ ErrorEquals: ["States.ALL"], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 3, MaxDelaySeconds: 10 },
];

const input = (name: string): string => expression(`$states.input.${name}`);
const whose = { function: input("function"), version: input("version") };
const failsTo = (next: string, reason: string): State[] => [
	{
		ErrorEquals: ["States.ALL"],
		Output: expression(
			`$merge([$states.input, {"error": $states.errorOutput, "reason": "${reason} with " & $states.errorOutput.Error}])`,
		),
		Next: next,
	},
];
const ends = (outcome: string): State => ({
	Type: "Succeed",
	Output: expression(
		`{"function": $states.input.function, "version": $states.input.version, "outcome": ${outcome}, "reason": $states.input.reason}`,
	),
});

/** @returns the definition, to be written as JSON */
export function releaseDefinition(workflow: ReleaseWorkflow) {
	const ask = (action: ReleaseRequest["action"], more: object = {}): State =>
		invoke(workflow, workflow.releaseFunction, { action, ...whose, ...more }, RELEASE_TIMEOUT_SECONDS);
	const from = input("from");
	return {
		Comment: "Lets a published version of a function in step by step, or takes it back",
		QueryLanguage: "JSONata",
		StartAt: "Begin",
		TimeoutSeconds: EXECUTION_TIMEOUT_SECONDS,
		States: {
			Begin: {
				...ask("begin"),
				Output: expression(
					'$merge([$states.input, {"next": $states.result.Payload.next, "from": $states.result.Payload.from, "step": 0, "probes": 0}])',
				),
				Catch: failsTo("Failed", "the release failed"),
				Next: "IsAnythingToDo",
			},
			IsAnythingToDo: {
				Type: "Choice",
				Choices: [{ Condition: expression('$states.input.next = "RELEASE"'), Next: "Probe" }],
				Default: "Nothing",
			},
			Nothing: ends("$states.input.next"),
			...probeStates(workflow),
			Shift: {
				...ask("shift", { from, step: input("step"), weight: expression("$states.input.weights[$states.input.step]") }),
				Output: keep("shift", "$states.result.Payload"),
				Catch: failsTo("Back", "the release failed"),
				Next: "IsShifted",
			},
			IsShifted: {
				Type: "Choice",
				Choices: [
					{
						Condition: expression('$states.input.shift.state = "SHIFTED"'),
						Output: expression(
							'$merge([$states.input, {"from": $states.input.shift.from, "step": $states.input.step + 1}])',
						),
						Next: "Wait",
					},
				],
				Default: "Superseded",
			},
			Wait: { Type: "Wait", Seconds: input("intervalSeconds"), Next: "Judge" },
			Judge: {
				...ask("judge", { burnAlarms: input("burnAlarms"), sinceMs: input("shift.sinceMs") }),
				Output: expression(
					'$merge([$states.input, {"verdict": $states.result.Payload.verdict, "reason": $states.result.Payload.reason}])',
				),
				Catch: failsTo("Back", "the release failed"),
				Next: "ByVerdict",
			},
			ByVerdict: {
				Type: "Choice",
				Choices: [
					{ Condition: expression('$states.input.verdict = "BACK"'), Next: "Back" },
					{ Condition: expression('$states.input.verdict = "SUPERSEDED"'), Next: "Superseded" },
					{ Condition: expression("$states.input.step < $count($states.input.weights)"), Next: "Shift" },
				],
				Default: "Finish",
			},
			Finish: {
				...ask("finish", { from }),
				Output: expression("$states.input"),
				// The version has all traffic: that nobody was told of it takes nothing back.
				Catch: failsTo("Failed", "the release is through, and telling of it failed"),
				Next: "Finished",
			},
			Finished: ends('"FINISHED"'),
			Superseded: ends('"SUPERSEDED"'),
			Back: {
				...ask("back", { from, reason: input("reason") }),
				Retry: RETRY_ROLLBACK,
				Output: expression("$states.input"),
				Catch: failsTo("Failed", "taking the version back failed"),
				Next: "HasFailed",
			},
			HasFailed: {
				Type: "Choice",
				Choices: [{ Condition: expression("$exists($states.input.error)"), Next: "Failed" }],
				Default: "TakenBack",
			},
			TakenBack: ends('"ROLLED_BACK"'),
			Failed: {
				Type: "Fail",
				Error: input("error.Error"),
				Cause: expression(
					'$states.input.reason & ($exists($states.input.error.Cause) ? ": " & $states.input.error.Cause : "")',
				),
			},
		},
	};
}

/**
 * The health gate: the version itself answers a request, before any caller's reaches it. Well is a success, or what the version
 * that serves answers to the same request: where no model is registered yet, both say so.
 */
function probeStates(workflow: ReleaseWorkflow): States {
	const probe = (version: string): State => ({
		...invoke(
			workflow,
			expression(`$states.input.function & ":" & $states.input.${version}`),
			input("probe"),
			workflow.timeoutSeconds,
		),
		Retry: RETRY_PROBE,
	});
	return {
		Probe: {
			...probe("version"),
			Output: expression(
				'$merge([$states.input, {"status": $states.result.Payload.statusCode, "probes": $states.input.probes + 1}])',
			),
			Catch: [
				{
					ErrorEquals: ["States.ALL"],
					Output: keep("reason", '"it does not stand its health gate: it fails with " & $states.errorOutput.Error'),
					Next: "Back",
				},
			],
			Next: "IsHealthy",
		},
		IsHealthy: {
			Type: "Choice",
			Choices: [{ Condition: expression("$states.input.status >= 200 and $states.input.status < 300"), Next: "Shift" }],
			Default: "ProbeLive",
		},
		ProbeLive: {
			...probe("from"),
			Output: keep("liveStatus", "$states.result.Payload.statusCode"),
			Catch: [{ ErrorEquals: ["States.ALL"], Output: keep("liveStatus", "0"), Next: "IsAsBefore" }],
			Next: "IsAsBefore",
		},
		IsAsBefore: {
			Type: "Choice",
			Choices: [
				{ Condition: expression("$states.input.status = $states.input.liveStatus"), Next: "Shift" },
				{ Condition: expression(`$states.input.probes < ${PROBES_MAX}`), Next: "ProbePause" },
			],
			Default: "Unhealthy",
		},
		ProbePause: { Type: "Wait", Seconds: PROBE_PAUSE_SECONDS, Next: "Probe" },
		Unhealthy: {
			Type: "Pass",
			Output: keep(
				"reason",
				'"it does not stand its health gate: it answers " & $string($states.input.status) & ", and the version that serves " & $string($states.input.liveStatus)',
			),
			Next: "Back",
		},
	};
}
