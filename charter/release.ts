/**
 * How new code of a function behind the API comes to serve: published as a version, asked for its health, and let in step by
 * step by the weights of the alias `live`. The words of the program, the workflow and the `release` function; a model's versions
 * are rollout.ts.
 */
import { z } from "zod";
import { RisingWeights } from "./rollout-settings.ts";

/** What the API calls. The program makes it; where it points to, the releases decide. */
export const LIVE_ALIAS = "live";
/** Name of the workflow within its stack. */
export const RELEASE_WORKFLOW = "code-release";
export const RELEASE_TIMEOUT_SECONDS = 30;

/** Longer, and a release would outlive the next ones. */
const INTERVAL_MAX_SECONDS = 24 * 60 * 60;

export const ReleaseSettings = z.strictObject({
	/** Traffic shares of new code. */
	weights: RisingWeights.default([10, 50, 100]),
	/** How long each share is watched. CloudWatch's counts are a minute or two late. */
	intervalSeconds: z.int().positive().max(INTERVAL_MAX_SECONDS).default(300),
});
export type ReleaseSettings = z.output<typeof ReleaseSettings>;

/** Fewer failed calls than this say nothing: at low traffic one of them would be a high share. */
export const RELEASE_ERRORS_MIN = 5;
/** Share of failed calls (crashes and timeouts, which a function is not to have) above which code is taken back. */
export const RELEASE_ERROR_SHARE_MAX = 0.02;

/** A published version of a function that is to be `live`. Also an execution's input, with what all of them share. */
export interface ReleaseTarget {
	/** Name of the function. */
	function: string;
	version: string;
	/** Names of the alarms that take it back. */
	burnAlarms: readonly string[];
	/** API Gateway's event by which it is asked for its health. */
	probe: object;
}
export type ReleaseInput = ReleaseTarget & ReleaseSettings;

/** Asks of the `release` function; each may be asked again after a crash, and then does no more than what is left. */
export type ReleaseRequest =
	| ({ action: "start"; stateMachine: string; releases: readonly ReleaseTarget[] } & ReleaseSettings)
	| { action: "begin"; function: string; version: string }
	| { action: "shift"; function: string; version: string; from: string; step: number; weight: number }
	| { action: "judge"; function: string; version: string; burnAlarms: readonly string[]; sinceMs: number }
	| { action: "finish"; function: string; version: string; from: string }
	| { action: "back"; function: string; version: string; from: string; reason: string };

/** `start`: the versions, as in "predict:7", that are not live yet and are being released. */
export interface StartResponse {
	started: string[];
}

/** `begin`: what is to be done with the version, and which one serves until then. */
export interface BeginReleaseResponse {
	next: "RELEASE" | "LIVE" | "SUPERSEDED";
	from: string;
}

/** `shift`: since when the version has its share; or that it has been taken out, or a newer one has taken its place. */
export interface ShiftReleaseResponse {
	state: "SHIFTED" | "SUPERSEDED";
	/** Gets all traffic again if the version is taken back. */
	from: string;
	sinceMs: number;
}

export interface JudgeReleaseResponse {
	verdict: "CONTINUE" | "BACK" | "SUPERSEDED";
	/** In a sentence, with the figures. */
	reason: string;
}

/** `finish` and `back`. */
export interface EndReleaseResponse {
	outcome: "FINISHED" | "ROLLED_BACK";
}
