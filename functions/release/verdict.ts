/**
 * Whether new code may go on, by two hard bounds. No statistics: a crash or a timeout is a fault at any rate, and what a model
 * answers well or badly is judged by its burn-rate alarms.
 */
import { type JudgeReleaseResponse, RELEASE_ERROR_SHARE_MAX, RELEASE_ERRORS_MIN } from "../../charter/release.ts";
import type { Calls } from "./ports.ts";

const PERCENT = 100;

/** @param burning alarms that went on since the version has its share */
export function verdictOf({ invocations, errors }: Calls, burning: readonly string[]): JudgeReleaseResponse {
	if (burning.length > 0)
		return { verdict: "BACK", reason: `since it has its share, ${burning.join(" and ")} went into alarm` };
	const share = errors / Math.max(invocations, errors, 1);
	const figures = `${errors} of ${invocations} calls failed (${(share * PERCENT).toFixed(1)} %)`;
	const bound = `${RELEASE_ERROR_SHARE_MAX * PERCENT} %`;
	if (errors >= RELEASE_ERRORS_MIN && share > RELEASE_ERROR_SHARE_MAX)
		return { verdict: "BACK", reason: `${figures}, over ${bound}` };
	return {
		verdict: "CONTINUE",
		reason: errors < RELEASE_ERRORS_MIN ? `${figures}, too few to say anything` : `${figures}, within ${bound}`,
	};
}
