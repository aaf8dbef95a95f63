/**
 * Repeats a write to a contended table while that may help, with jitter between the tries.
 * The SDK repeats what the network lost; it does not repeat transactions that met another one.
 */
import { DynamoDBServiceException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";

const TRIES_MAX = 8;
const PAUSE_BASE_MS = 25;
const PAUSE_MAX_MS = 1_000;

const PASSING_ERRORS = new Set([
	"TransactionConflictException",
	"TransactionInProgressException",
	"ThrottlingException",
	"ProvisionedThroughputExceededException",
	"RequestLimitExceeded",
]);
const PASSING_REASONS = new Set(["None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);
const FIRST_SERVER_ERROR = 500;

export interface Pauses {
	/** Waits for so many milliseconds. */
	pause: (ms: number) => Promise<unknown>;
	/** From 0 up to but not 1. */
	random: () => number;
}

/**
 * The write's answer, of the first try that gets one.
 * @throws what the last try threw, or at once what no other try can change
 */
export async function contendedWrite<T>(write: () => Promise<T>, { pause, random }: Pauses): Promise<T> {
	for (let tries = 1; ; tries++) {
		try {
			return await write();
		} catch (thrown) {
			if (tries >= TRIES_MAX || !mayPass(thrown)) throw thrown;
			// Full jitter: those who met here must not meet again.
			await pause(random() * Math.min(PAUSE_MAX_MS, PAUSE_BASE_MS * 2 ** tries));
		}
	}
}

function mayPass(thrown: unknown): boolean {
	if (thrown instanceof TransactionCanceledException)
		return (thrown.CancellationReasons ?? []).every(({ Code = "None" }) => PASSING_REASONS.has(Code));
	if (!(thrown instanceof DynamoDBServiceException)) return thrown instanceof Error && !isProgrammersFault(thrown);
	return PASSING_ERRORS.has(thrown.name) || (thrown.$metadata.httpStatusCode ?? 0) >= FIRST_SERVER_ERROR;
}

const isProgrammersFault = (thrown: Error): boolean =>
	thrown instanceof TypeError || thrown instanceof RangeError || thrown instanceof ReferenceError;
