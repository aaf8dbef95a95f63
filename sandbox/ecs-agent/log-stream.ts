/** A stream of CloudWatch Logs for a container's lines, as the awslogs driver makes and fills it. */
import {
	type CloudWatchLogsClient,
	CreateLogGroupCommand,
	CreateLogStreamCommand,
	PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LineSink } from "./container-log.ts";
import type { ContainerPlan } from "./plan.ts";

/** CloudWatch takes 10,000 lines of 1 MiB together in one call. */
const BATCH_LINES = 1_000;
const BATCH_CHARACTERS = 300_000;

/**
 * Makes the stream.
 * @throws where its group is missing, as the driver does
 */
export async function openLogStream(
	client: CloudWatchLogsClient,
	{ group, stream, createGroup }: NonNullable<ContainerPlan["log"]>,
): Promise<LineSink> {
	if (createGroup)
		await client.send(new CreateLogGroupCommand({ logGroupName: group })).catch((error: unknown) => {
			if (!(error instanceof Error && error.name === "ResourceAlreadyExistsException")) throw error;
		});
	await client.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream }));
	return async (lines) => {
		const timestamp = Date.now();
		for (const batch of batches(lines)) {
			const logEvents = batch.map((message) => ({ timestamp, message }));
			await client.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents }));
		}
	};
}

/** The lines in calls that CloudWatch takes. */
function batches(lines: readonly string[]): string[][] {
	const all: string[][] = [];
	let characters = 0;
	for (const line of lines) {
		const last = all.at(-1);
		if (last === undefined || last.length >= BATCH_LINES || characters + line.length > BATCH_CHARACTERS) {
			all.push([line]);
			characters = line.length;
		} else {
			last.push(line);
			characters += line.length;
		}
	}
	return all;
}
