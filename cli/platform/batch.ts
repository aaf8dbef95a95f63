/** Batch models from outside: puts inputs where their windows look for them, starts a window, and waits for its end. */
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
	DescribeExecutionCommand,
	type DescribeExecutionCommandOutput,
	DescribeMapRunCommand,
	ListMapRunsCommand,
	SFNClient,
	StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { z } from "zod";
import type { WindowRequest } from "../../charter/batch-messages.ts";
import { TriplaneError } from "../../charter/errors.ts";
import { inputFolder, inputPrefix } from "../../charter/windows.ts";
import type { AwsTarget } from "./aws.ts";
import { causeWords } from "./cause.ts";

/** One row as an input holds it: the values of each of the model's inputs, by name. */
export interface BatchRow {
	id: string;
	inputs: Readonly<Record<string, unknown>>;
}

export interface BatchInput {
	model: string;
	/** Milliseconds since the epoch: the window that contains it scores the rows. */
	atMs: number;
	/** As in "patients": a second input of the same name and time replaces the first. */
	name: string;
	rows: readonly BatchRow[];
}

const POLL_FIRST_MS = 250;
const POLL_MAX_MS = 2_000;

/** Writes rows where the window of their time finds them; gives the object's key. */
export async function writeBatchInput(aws: AwsTarget, dataBucket: string, input: BatchInput): Promise<string> {
	const s3 = new S3Client({ ...aws, forcePathStyle: aws.endpoint !== undefined });
	const key = `${inputPrefix(input.model)}${inputFolder(input.atMs)}/${input.name}.jsonl`;
	const Body = input.rows.map((row) => `${JSON.stringify(row)}\n`).join("");
	try {
		await s3.send(new PutObjectCommand({ Bucket: dataBucket, Key: key, Body, ContentType: "application/jsonl" }));
		return key;
	} finally {
		s3.destroy();
	}
}

/** Chunks of a window that is being scored. */
export interface WindowProgress {
	done: number;
	failed: number;
	total: number;
}

const Output = z.object({
	plan: z.discriminatedUnion("status", [
		z.object({ status: z.literal("NOT_DUE") }),
		z.object({
			status: z.literal("PLANNED"),
			start: z.string(),
			end: z.string(),
			version: z.number(),
			rows: z.number(),
			chunks: z.number(),
			pending: z.number(),
		}),
	]),
	commit: z.object({ failedChunks: z.number(), hasMoved: z.boolean() }).optional(),
});

/** How an execution ended. */
export interface WindowRun {
	/** ARN. */
	execution: string;
	/** As Step Functions says it, as in "SUCCEEDED". */
	status: string;
	seconds: number;
	/** Of the last window that it committed; absent where none was due, or it failed. */
	window?: {
		start: string;
		end: string;
		version: number;
		rows: number;
		chunks: number;
		failedChunks: number;
		/** Chunks that were not there before. */
		scoredChunks: number;
		isOffsetMoved: boolean;
	};
	/** Why it failed. */
	error?: string;
	cause?: string;
}

/**
 * Starts a model's workflow and waits for its end.
 * @param request `{}` for the window that is due
 * @throws {TriplaneError} where it cannot be started
 */
export async function runWindow(
	aws: AwsTarget,
	stateMachine: string,
	request: WindowRequest,
	onProgress: (progress: WindowProgress) => void = () => undefined,
): Promise<WindowRun> {
	const sfn = new SFNClient(aws);
	const startedAtMs = performance.now();
	try {
		const { executionArn } = await sfn.send(
			new StartExecutionCommand({ stateMachineArn: stateMachine, input: JSON.stringify(request) }),
		);
		if (executionArn === undefined) throw new TriplaneError(`${stateMachine} was not started: AWS gave no execution.`);
		const ended = await endOf(sfn, executionArn, onProgress);
		return { ...runOf(executionArn, ended), seconds: (performance.now() - startedAtMs) / 1000 };
	} finally {
		sfn.destroy();
	}
}

async function endOf(
	sfn: SFNClient,
	executionArn: string,
	onProgress: (progress: WindowProgress) => void,
): Promise<DescribeExecutionCommandOutput> {
	let told = "";
	for (let waitMs = POLL_FIRST_MS; ; waitMs = Math.min(POLL_MAX_MS, waitMs * 2)) {
		const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
		const progress = await progressOf(sfn, executionArn);
		if (progress && JSON.stringify(progress) !== told) onProgress(progress);
		told = JSON.stringify(progress);
		if (execution.status !== "RUNNING") return execution;
		await sleep(waitMs);
	}
}

/** Of the newest map of the execution; undefined before there is one. */
async function progressOf(sfn: SFNClient, executionArn: string): Promise<WindowProgress | undefined> {
	const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }));
	const [newest] = mapRuns.sort((a, b) => Number(b.startDate) - Number(a.startDate));
	if (newest?.mapRunArn === undefined) return undefined;
	const { itemCounts } = await sfn.send(new DescribeMapRunCommand({ mapRunArn: newest.mapRunArn }));
	const { succeeded = 0, failed = 0, total = 0 } = itemCounts ?? {};
	return { done: succeeded, failed, total };
}

function runOf(execution: string, ended: DescribeExecutionCommandOutput): Omit<WindowRun, "seconds"> {
	const { status = "UNKNOWN", error, cause } = ended;
	if (status !== "SUCCEEDED")
		return { execution, status, ...(error && { error }), ...(cause && { cause: causeWords(cause) }) };
	const { plan, commit } = Output.parse(JSON.parse(ended.output ?? "null"));
	if (plan.status === "NOT_DUE" || !commit) return { execution, status };
	const { start, end, version, rows, chunks, pending } = plan;
	const { failedChunks, hasMoved } = commit;
	return {
		execution,
		status,
		window: {
			start,
			end,
			version,
			rows,
			chunks,
			failedChunks,
			scoredChunks: pending - failedChunks,
			isOffsetMoved: hasMoved,
		},
	};
}
