/**
 * What can go wrong with one call of DynamoDB or SQS, and which calls it hits: the plan of the fault proxy.
 * Pure: the proxy carries it out.
 */
import type { Random } from "./random.ts";

/**
 * - `error`, `throttle`: refused before anything was written, in the service's own words
 * - `conflict`: a transaction that another one was faster than
 * - `reset`: the call took place, then the connection breaks before the answer
 * - `silence`: the call does not take place, and there is no answer
 * - `lost`: the call takes place, and there is no answer
 */
export const FAULTS = ["error", "throttle", "conflict", "reset", "silence", "lost"] as const;
export type Fault = (typeof FAULTS)[number];

type FaultedService = "dynamodb" | "sqs";

/** One call, as its `x-amz-target` names it. */
export interface ServiceCall {
	service: FaultedService;
	/** As in "TransactWriteItems". */
	operation: string;
}

/** Half of the faults are failures, half are answers that never come; as many before the write as after it. */
const OF_EVERY_CALL = ["error", "throttle", "reset", "silence", "lost"] as const;
const OF_TRANSACTIONS = [...OF_EVERY_CALL, "conflict"] as const;

/** What the call of this header is, where it is one of the services that fail here. */
export function callOf(target: string | undefined): ServiceCall | undefined {
	const [name = "", operation] = target?.split(".") ?? [];
	if (!operation) return undefined;
	// The change stream, by which the run is judged, is another service: DynamoDBStreams_20120810.
	if (name === "DynamoDB_20120810") return { service: "dynamodb", operation };
	return name === "AmazonSQS" ? { service: "sqs", operation } : undefined;
}

/**
 * The fault that the next call meets, if any.
 * @param share of the calls that meet one, 0 to 1
 */
export function nextFault({ operation }: ServiceCall, share: number, random: Random): Fault | undefined {
	if (!random.isHit(share)) return undefined;
	return random.pick(operation === "TransactWriteItems" ? OF_TRANSACTIONS : OF_EVERY_CALL);
}

/** An answer in the service's JSON protocol. */
export interface FaultAnswer {
	status: number;
	body: string;
}

/**
 * What the service says when it refuses a call.
 * @param request the call's body, of which a conflict tells the items
 */
export function refusalOf(fault: "error" | "throttle" | "conflict", { service }: ServiceCall, request: Buffer) {
	const coded = (status: number, code: string, more: object = {}): FaultAnswer => ({
		status,
		body: JSON.stringify({ __type: code, message: "Injected by the chaos run.", ...more }),
	});
	if (fault === "conflict")
		return coded(400, "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", {
			CancellationReasons: reasonsOf(request),
		});
	if (service === "sqs")
		return fault === "error"
			? coded(500, "com.amazonaws.sqs#InternalFailure")
			: coded(400, "com.amazonaws.sqs#RequestThrottled");
	return fault === "error"
		? coded(500, "com.amazonaws.dynamodb.v20120810#InternalServerError")
		: coded(400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException");
}

function reasonsOf(request: Buffer): object[] {
	const { TransactItems = [] }: { TransactItems?: unknown[] } = JSON.parse(request.toString());
	return TransactItems.map((_, i) => (i === 0 ? { Code: "TransactionConflict" } : { Code: "None" }));
}
