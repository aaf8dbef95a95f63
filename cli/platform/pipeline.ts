/** A model's pipeline from outside: starts an execution, and follows it and the rollout that it works on to its end. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
	DescribeExecutionCommand,
	GetExecutionHistoryCommand,
	SFNClient,
	StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { z } from "zod";
import { TriplaneError } from "../../charter/errors.ts";
import type { PipelineInput } from "../../charter/pipeline.ts";
import type { JudgementRecord, RolloutRecord } from "../../charter/rollout.ts";
import type { AwsTarget } from "./aws.ts";
import { causeWords } from "./cause.ts";
import { StateTrail } from "./pipeline-states.ts";
import type { RegistryReader } from "./registry.ts";
import { RolloutTrail, type RolloutWatcher } from "./rollout-trail.ts";

export interface PipelineWatcher extends RolloutWatcher {
	/** A state of the machine that was entered, as in "Train"; not those of the rollout's loop. */
	onState?: (state: string) => void;
}

/** How an execution ended. */
export interface PipelineEnd {
	/** ARN; its last part is the training run's name. */
	execution: string;
	/** As Step Functions says it, as in "SUCCEEDED". */
	status: string;
	/** What came of it, as in "PROMOTED"; absent where it failed. */
	outcome?: string;
	/** Why, where the pipeline itself says so. */
	reason?: string;
	/** The rollout that it worked on, and its judgements. */
	rollout?: RolloutRecord;
	judgements: JudgementRecord[];
	seconds: number;
	/** Why it failed. */
	error?: string;
	cause?: string;
}

/** Ends of a pipeline after which the model serves what was asked for. */
export const GOOD_OUTCOMES: readonly (string | undefined)[] = ["PROMOTED", "SERVING"];

const POLL_FIRST_MS = 250;
const POLL_MAX_MS = 2_000;
const Output = z.looseObject({ outcome: z.string(), reason: z.string().optional() });

/** @returns the execution's ARN, whose last part names the training run */
export async function startPipeline(aws: AwsTarget, stateMachineArn: string, input: PipelineInput): Promise<string> {
	const sfn = new SFNClient(aws);
	try {
		const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
		const name = `run-${time}-${randomBytes(3).toString("hex")}`;
		const { executionArn } = await sfn.send(
			new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
		);
		if (executionArn === undefined)
			throw new TriplaneError(`${stateMachineArn} was not started: AWS gave no execution.`);
		return executionArn;
	} finally {
		sfn.destroy();
	}
}

/**
 * Waits for an execution's end. Whoever stops waiting stops nothing else.
 * @param pollMaxMs longest pause between two looks
 */
export async function followPipeline(
	aws: AwsTarget,
	registry: Pick<RegistryReader, "lastRollout" | "judgements">,
	{ model, execution }: { model: string; execution: string },
	watcher: PipelineWatcher = {},
	pollMaxMs = POLL_MAX_MS,
): Promise<PipelineEnd> {
	const sfn = new SFNClient(aws);
	const startedAtMs = performance.now();
	const trail = new StateTrail((page) => sfn.send(new GetExecutionHistoryCommand(page)), execution);
	const rollout = new RolloutTrail(registry, model, execution, watcher);
	try {
		for (let waitMs = POLL_FIRST_MS; ; waitMs = Math.min(pollMaxMs, waitMs * 2)) {
			const ended = await sfn.send(new DescribeExecutionCommand({ executionArn: execution }));
			for (const state of await trail.news()) watcher.onState?.(state);
			await rollout.look();
			if (ended.status === "RUNNING") {
				await sleep(waitMs);
				continue;
			}
			const { status = "UNKNOWN", output, error, cause } = ended;
			const { outcome, reason } = status === "SUCCEEDED" ? Output.parse(JSON.parse(output ?? "null")) : {};
			return {
				execution,
				status,
				...(outcome !== undefined && { outcome }),
				...(reason !== undefined && { reason }),
				...(rollout.last && { rollout: rollout.last }),
				judgements: rollout.judgements,
				seconds: (performance.now() - startedAtMs) / 1000,
				...(error && { error }),
				...(cause && { cause: causeWords(cause) }),
			};
		}
	} finally {
		sfn.destroy();
	}
}
