/**
 * New lines of the log groups with a prefix, each once. The embedded AWS gives events no ids and no next page,
 * so a line is known by its stream, its time and its place among those; it reads on from the newest time it has seen.
 */
import {
	CloudWatchLogsClient,
	type FilteredLogEvent,
	FilterLogEventsCommand,
	paginateDescribeLogGroups,
} from "@aws-sdk/client-cloudwatch-logs";
import { EMULATOR_CREDENTIALS } from "../emulator/emulator.ts";

/** A line may be stored a little after the time it bears. */
const OVERLAP_MS = 3_000;
const PAGE = 10_000;

export interface LogLine {
	group: string;
	message: string;
	/** Milliseconds since the epoch. */
	timestamp: number;
}

export interface LogTailOptions {
	endpoint: string;
	region: string;
	logGroupPrefix: string;
	/** Only lines with this term, as CloudWatch's filter patterns write it. */
	filterPattern: string;
}

interface Position {
	newest: number;
	/** Times of the lines that were seen, by their identity. */
	seen: Map<string, number>;
}

export class LogTail {
	readonly #options: LogTailOptions;
	readonly #client: CloudWatchLogsClient;
	readonly #positions = new Map<string, Position>();

	constructor(options: LogTailOptions) {
		const { endpoint, region } = options;
		this.#options = options;
		this.#client = new CloudWatchLogsClient({ endpoint, region, credentials: EMULATOR_CREDENTIALS });
	}

	/** Every line since the last call. */
	async *read(): AsyncGenerator<LogLine> {
		for await (const { logGroups = [] } of paginateDescribeLogGroups(
			{ client: this.#client },
			{ logGroupNamePrefix: this.#options.logGroupPrefix },
		))
			for (const { logGroupName } of logGroups) if (logGroupName !== undefined) yield* this.#group(logGroupName);
	}

	async *#group(group: string): AsyncGenerator<LogLine> {
		const position = this.#positions.get(group) ?? { newest: 0, seen: new Map<string, number>() };
		this.#positions.set(group, position);
		for (let full = true; full; ) {
			const before = position.newest;
			const { events = [] } = await this.#client.send(
				new FilterLogEventsCommand({
					logGroupName: group,
					filterPattern: this.#options.filterPattern,
					startTime: Math.max(0, before - OVERLAP_MS),
					limit: PAGE,
				}),
			);
			for (const { identity, event } of identified(events)) {
				const { timestamp = 0, message = "" } = event;
				if (position.seen.has(identity)) continue;
				position.seen.set(identity, timestamp);
				position.newest = Math.max(position.newest, timestamp);
				yield { group, message, timestamp };
			}
			full = events.length >= PAGE && position.newest > before;
			for (const [identity, timestamp] of position.seen)
				if (timestamp < position.newest - OVERLAP_MS) position.seen.delete(identity);
		}
	}

	close(): void {
		this.#client.destroy();
	}
}

function identified(events: readonly FilteredLogEvent[]): { identity: string; event: FilteredLogEvent }[] {
	const places = new Map<string, number>();
	return events.map((event) => {
		const key = `${event.logStreamName} ${event.timestamp}`;
		const place = places.get(key) ?? 0;
		places.set(key, place + 1);
		return { identity: event.eventId ?? `${key} ${place}`, event };
	});
}
