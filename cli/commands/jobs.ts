/** `triplane jobs redrive MODEL`: gives a model's failed jobs another try, once what failed them is mended. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { TriplaneError } from "../../charter/errors.ts";
import type { StackOutputs } from "../platform/outputs.ts";
import { type RedriveCounts, redriveJobs } from "../platform/redrive.ts";
import { findTarget } from "../platform/stack.ts";

export interface RedriveOptions {
	/** Most messages to look at. @default all */
	limit?: number;
	outputs?: string;
	json?: boolean;
}

/**
 * @param interrupted rejects when the user asks to stop: after the message in hand, with what was done so far
 * @returns 0, or 1 where a message had to be left in the dead-letter queue
 */
export async function redrive(
	checkout: string,
	model: string,
	options: RedriveOptions,
	interrupted: Promise<never>,
): Promise<number> {
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	const { table, slots } = queuesOf(outputs, model);
	const [dynamodb, sqs] = [new DynamoDBClient(aws), new SQSClient(aws)];
	const stop = new AbortController();
	interrupted.catch(() => stop.abort());
	try {
		const ports = { dynamodb, sqs, table, now: Date.now };
		const counts = await redriveJobs(ports, model, slots, { limit: options.limit, signal: stop.signal });
		console.log(options.json ? JSON.stringify({ model, ...counts }) : wordsOf(model, counts));
		if (stop.signal.aborted) await interrupted;
		return counts.left > 0 ? 1 : 0;
	} finally {
		dynamodb.destroy();
		sqs.destroy();
	}
}

/** @throws {TriplaneError} where the stack has no such queued model */
export function queuesOf({ jobsTable, queuedModels }: StackOutputs, model: string) {
	const slots = queuedModels.filter(({ name }) => name === model);
	if (slots.length > 0 && jobsTable !== undefined) return { table: jobsTable, slots };
	const known = [...new Set(queuedModels.map(({ name }) => name))].join(", ") || "none";
	throw new TriplaneError(
		`The stack has no queued model "${model}", only ${known}. Name one of them, or declare it in triplane:models and run \`pulumi up\`.`,
	);
}

export function wordsOf(model: string, { redriven, resent, settled, left }: RedriveCounts): string {
	const lines = [`${model}: ${redriven} failed jobs queued again`];
	if (resent > 0) lines.push(`${resent} that waited or ran already, sent once more`);
	if (settled > 0) lines.push(`${settled} that have ended otherwise, cleared away`);
	if (left > 0)
		lines.push(
			`${left} left in the dead-letter queue: no job of this model, one that is forgotten, or one that has failed again meanwhile. Look at them there; they go after 14 days`,
		);
	return lines.join("\n  ");
}
