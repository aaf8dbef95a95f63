/** What the actions on rollouts need of the world, behind interfaces: so they run in memory, and can be killed anywhere. */
import type { JobRecord } from "../../charter/jobs.ts";
import type { PipelineInput } from "../../charter/pipeline.ts";
import type { SlotPlace } from "../../charter/rollout.ts";
import type { Events } from "../shared/events.ts";
import type { JobPlace } from "../shared/jobs/move-job.ts";
import type { RolloutStore } from "../shared/registry/rollout-store.ts";
import type { Log } from "../shared/telemetry/log.ts";

/** A slot that ECS serves. */
export type SlotService = Required<Pick<SlotPlace, "cluster" | "service">>;

export interface SlotLook {
	/** ARN of the task definition that the service goes by now. */
	taskDefinition: string;
	desiredCount: number;
	/** All tasks that are wanted run, by this task definition. */
	isStable: boolean;
	/** Task definitions whose tasks did not come up. */
	failed: readonly string[];
}

export interface Slots {
	/** @throws {SlotFailedError} where there is no such service */
	look(service: SlotService): Promise<SlotLook>;
	/**
	 * Registers a task definition whose model server loads a version at its start: the newest of the family with that changed,
	 * so that what `up` has changed since comes along.
	 * @param current ARN of one of the family
	 * @returns the new one's ARN
	 */
	register(current: string, version: number): Promise<string>;
	set(service: SlotService, change: { taskDefinition?: string; desiredCount?: number }): Promise<void>;
}

export interface SlotMessage {
	body: string;
	receipt: string;
}

/** The jobs of a queued model: their records, and the pointers to them on the slots' queues. */
export interface SlotJobs {
	/** Messages of a queue, those in somebody's hands included; as SQS knows it, which is approximately. */
	depth(queueUrl: string): Promise<number>;
	/** Some messages, each hidden from others for a while; none does not mean that the queue is empty. */
	receive(queueUrl: string): Promise<SlotMessage[]>;
	remove(queueUrl: string, message: SlotMessage): Promise<void>;
	/** Sends a pointer to the job. */
	send(queueUrl: string, job: JobRecord): Promise<void>;
	/** Sets a message aside that is no job's. */
	setAside(deadLetterQueueUrl: string, message: SlotMessage): Promise<void>;
	read(job: string): Promise<JobRecord | undefined>;
	/** Pages of the model's jobs that have not ended, as of lately. */
	open(model: string): AsyncIterable<readonly JobRecord[]>;
	/**
	 * Moves a job that waits, or whose lease has lapsed, to another place.
	 * @returns false where it is worked on or has ended
	 */
	move(job: JobRecord, place: JobPlace): Promise<boolean>;
	/** Ends a job as cancelled. */
	cancel(job: JobRecord): Promise<void>;
}

export interface Executions {
	/** Whether an execution still works; one that nobody knows (any more) does not. */
	isRunning(execution: string): Promise<boolean>;
	/** Starts one; the same name and input again starts nothing. */
	start(stateMachine: string, name: string, input: PipelineInput): Promise<void>;
	/** Ends the wait for a person's word with a refusal; a wait that is over is none to end. */
	refuse(taskToken: string, cause: string): Promise<void>;
}

export interface RolloutPorts {
	store: RolloutStore;
	slots: Slots;
	jobs: SlotJobs;
	executions: Executions;
	events: Events;
	log: Log;
	/** Milliseconds since the epoch. */
	now: () => number;
	pause: (ms: number) => Promise<unknown>;
	/** What is left of the invocation's time, in milliseconds. */
	leftMs: () => number;
}
