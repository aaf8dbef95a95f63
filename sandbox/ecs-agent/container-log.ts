/**
 * A container's output from its file to CloudWatch Logs, line by line, as the awslogs driver sends it.
 * The file stands between, so that a program that writes never waits for the one that reads.
 */
import { type FileHandle, open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import {
	type CloudWatchLogsClient,
	CreateLogGroupCommand,
	CreateLogStreamCommand,
	PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { ContainerPlan } from "./plan.ts";

const CHUNK_BYTES = 256 * 1024;
/** What CloudWatch takes in one call is more: 10,000 lines, 1 MiB. */
const BATCH_LINES = 1_000;
/** A line without end is cut here, as the driver cuts it. */
const LINE_MAX = 200_000;

export class ContainerLog {
	readonly #file: FileHandle;
	readonly #client: CloudWatchLogsClient;
	readonly #place: { logGroupName: string; logStreamName: string };
	readonly #decoder = new StringDecoder("utf8");
	#position = 0;
	#rest = "";
	#last: Promise<void> = Promise.resolve();
	#closed = false;

	private constructor(file: FileHandle, client: CloudWatchLogsClient, log: NonNullable<ContainerPlan["log"]>) {
		this.#file = file;
		this.#client = client;
		this.#place = { logGroupName: log.group, logStreamName: log.stream };
	}

	/** Makes the stream. @throws where its group is missing, as the driver does, and the file where there is none */
	static async open(path: string, client: CloudWatchLogsClient, log: NonNullable<ContainerPlan["log"]>) {
		if (log.createGroup)
			await client.send(new CreateLogGroupCommand({ logGroupName: log.group })).catch((error: unknown) => {
				if (!(error instanceof Error && error.name === "ResourceAlreadyExistsException")) throw error;
			});
		await client.send(new CreateLogStreamCommand({ logGroupName: log.group, logStreamName: log.stream }));
		return new ContainerLog(await open(path, "a+"), client, log);
	}

	/** Sends whatever is written by now; calls wait for each other. */
	flush(): Promise<void> {
		if (this.#closed) return this.#last;
		const sent = this.#last.then(() => this.#send(false));
		this.#last = sent.catch(() => {});
		return sent;
	}

	/** Sends what is left, the last line without its end too. */
	async close(): Promise<void> {
		this.#closed = true;
		await this.#last;
		await this.#send(true).finally(() => this.#file.close());
	}

	async #send(last: boolean): Promise<void> {
		for (const buffer = Buffer.alloc(CHUNK_BYTES); ; ) {
			const { bytesRead } = await this.#file.read(buffer, 0, CHUNK_BYTES, this.#position);
			if (bytesRead === 0) break;
			this.#position += bytesRead;
			await this.#put(this.#lines(this.#decoder.write(buffer.subarray(0, bytesRead))));
		}
		if (last) await this.#put(this.#lines(`${this.#decoder.end()}\n`));
	}

	#lines(text: string): string[] {
		const lines = `${this.#rest}${text}`.split("\n");
		this.#rest = lines.pop() ?? "";
		if (this.#rest.length > LINE_MAX) {
			lines.push(this.#rest);
			this.#rest = "";
		}
		return lines.map((line) => line.slice(0, LINE_MAX)).filter((line) => line !== "");
	}

	async #put(lines: readonly string[]): Promise<void> {
		const timestamp = Date.now();
		for (let at = 0; at < lines.length; at += BATCH_LINES) {
			const logEvents = lines.slice(at, at + BATCH_LINES).map((message) => ({ timestamp, message }));
			await this.#client.send(new PutLogEventsCommand({ ...this.#place, logEvents }));
		}
	}
}
