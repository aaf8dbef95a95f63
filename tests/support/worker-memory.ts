/**
 * Everything around a worker in memory: jobs, their queue with its visibility, dead letters, callbacks, payloads, and time that
 * runs as fast as a test wants. The twin of claims-table.ts has its rules and none of its requests.
 */
import { randomUUID } from "node:crypto";
import {
	CALLBACKS_OPEN,
	isEnded,
	JOB_LIMITS,
	type JobMessage,
	type JobRecord,
	jobKey,
	openKey,
} from "../../charter/jobs.ts";
import type { Claim, Claims } from "../../functions/shared/jobs/claims.ts";
import { systemClock } from "../../functions/worker/clock.ts";
import type { Clock, DeadLetter, Delivery, Outbox, Payloads, Queue } from "../../functions/worker/ports.ts";

const LEASE_MS = JOB_LIMITS.leaseSeconds * 1000;
export const MODEL = "digit-reader";

/** Real time, so many times as fast. */
export function fastClock(speed: number): Clock {
	const startMs = Date.now();
	return {
		now: () => startMs + (Date.now() - startMs) * speed,
		pause: (ms, signal) => systemClock.pause(ms / speed, signal),
	};
}

export const jobRecord = (change: Partial<JobRecord> = {}): JobRecord => {
	const job = change.job ?? randomUUID();
	return {
		pk: jobKey(job),
		job,
		tenant: "acme",
		model: MODEL,
		version: 1,
		variant: "champion",
		slot: "a",
		state: "QUEUED",
		attempt: 0,
		failures: 0,
		createdAtMs: 0,
		request: '{"inputs":[]}',
		requestSha256: "0".repeat(64),
		requestId: `request-of-${job}`,
		traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		open: openKey(MODEL),
		dueAtMs: 60_000,
		expiresAt: 172_800,
		...change,
	};
};

export const messageOf = ({ job, tenant, model, version, requestId, traceparent }: JobRecord): string =>
	JSON.stringify({ job, tenant, model, version, requestId, traceparent } satisfies JobMessage);

/** The jobs' table. */
export class MemoryJobs implements Claims {
	readonly records = new Map<string, JobRecord>();
	/** Jobs that have not ended, by tenant. */
	readonly inFlight = new Map<string, number>();
	/** By job, how often it was committed: never more than once. */
	readonly commits = new Map<string, number>();
	readonly #clock: Pick<Clock, "now">;

	constructor(clock: Pick<Clock, "now">) {
		this.#clock = clock;
	}

	add(record: JobRecord): void {
		this.records.set(record.job, record);
		this.inFlight.set(record.tenant, (this.inFlight.get(record.tenant) ?? 0) + 1);
	}

	async claim(job: string) {
		const record = this.records.get(job);
		const nowMs = this.#clock.now();
		if (!record) return { kind: "unknown" } as const;
		if (isEnded(record.state)) return { kind: "ended", job: { ...record } } as const;
		const { leaseUntilMs = 0 } = record;
		if (record.state === "RUNNING" && leaseUntilMs >= nowMs) return { kind: "held", untilMs: leaseUntilMs } as const;
		const claimed: JobRecord = {
			...record,
			state: "RUNNING",
			attempt: record.attempt + 1,
			leaseUntilMs: nowMs + LEASE_MS,
			owner: randomUUID(),
		};
		this.records.set(job, claimed);
		return { kind: "claimed", job: { ...claimed } } as const;
	}

	async heartbeat(claim: Claim) {
		const untilMs = this.#clock.now() + LEASE_MS;
		return this.#change(claim, { leaseUntilMs: untilMs }) ? ({ kind: "extended", untilMs } as const) : LOST;
	}

	async commit(claim: Claim, response: Partial<JobRecord>) {
		if (!this.#end(claim, { state: "SUCCEEDED", ...response })) return LOST;
		this.commits.set(claim.job, (this.commits.get(claim.job) ?? 0) + 1);
		return { kind: "committed" } as const;
	}

	async fail(claim: Claim, error: NonNullable<JobRecord["error"]>, { isFinal }: { isFinal: boolean }) {
		const failures = claim.failures + 1;
		if (isFinal || failures >= JOB_LIMITS.failuresMax)
			return this.#end(claim, { state: "FAILED", failures, error }) ? ({ kind: "failed", failures } as const) : LOST;
		return this.#change(claim, { state: "QUEUED", failures }) ? ({ kind: "requeued", failures } as const) : LOST;
	}

	async release(claim: Claim, _: number, isExcused = false) {
		const excuse = isExcused ? { excusedAttempt: claim.attempt } : {};
		return this.#change(claim, { state: "QUEUED", ...excuse }) ? ({ kind: "released" } as const) : LOST;
	}

	async markDeadLettered(job: string): Promise<void> {
		const record = this.records.get(job);
		if (record) this.records.set(job, { ...record, deadLetteredAtMs: this.#clock.now() });
	}

	#change({ job, attempt }: Claim, change: Partial<JobRecord>): boolean {
		const record = this.records.get(job);
		if (record?.state !== "RUNNING" || record.attempt !== attempt) return false;
		this.records.set(job, { ...record, ...change });
		return true;
	}

	#end(claim: Claim, change: Partial<JobRecord>): boolean {
		const open = claim.callback ? { open: CALLBACKS_OPEN } : {};
		if (!this.#change(claim, { ...change, ...open, endedAtMs: this.#clock.now() })) return false;
		this.inFlight.set(claim.tenant, (this.inFlight.get(claim.tenant) ?? 0) - 1);
		return true;
	}
}

const LOST = { kind: "lost" } as const;

interface Message {
	body: string;
	visibleAtMs: number;
	receipt: string;
}

/** A standard queue: what is received stays hidden for a while, and comes again unless it is removed. */
export class MemoryQueue implements Queue {
	readonly messages = new Set<Message>();
	readonly #clock: Clock;
	/** Emptied at each send. */
	#waiting: (() => void)[] = [];

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	send(body: string): void {
		this.messages.add({ body, visibleAtMs: 0, receipt: "" });
		for (const wake of this.#waiting.splice(0)) wake();
	}

	async receive({ most, waitSeconds, signal }: { most: number; waitSeconds: number; signal: AbortSignal }) {
		const untilMs = this.#clock.now() + waitSeconds * 1000;
		for (;;) {
			signal.throwIfAborted();
			const nowMs = this.#clock.now();
			const visible = [...this.messages].filter(({ visibleAtMs }) => visibleAtMs <= nowMs).slice(0, most);
			if (visible.length > 0 || nowMs >= untilMs) return visible.map((message) => this.#hand(message, nowMs));
			const nextMs = Math.min(untilMs, ...[...this.messages].map(({ visibleAtMs }) => visibleAtMs));
			const woken = new AbortController();
			this.#waiting.push(() => woken.abort());
			await this.#clock.pause(Math.max(1, nextMs - nowMs), AbortSignal.any([signal, woken.signal]));
		}
	}

	async remove({ receipt }: Delivery): Promise<void> {
		for (const message of this.messages) if (message.receipt === receipt) this.messages.delete(message);
	}

	async hide({ receipt }: Delivery, seconds: number): Promise<void> {
		for (const message of this.messages)
			if (message.receipt === receipt) message.visibleAtMs = this.#clock.now() + seconds * 1000;
		for (const wake of this.#waiting.splice(0)) wake();
	}

	#hand(message: Message, nowMs: number): Delivery {
		message.receipt = randomUUID();
		message.visibleAtMs = nowMs + LEASE_MS + 5_000;
		return { body: message.body, receipt: message.receipt };
	}
}

export class MemoryOutbox implements Outbox {
	readonly deadLetters: (DeadLetter & { body: string })[] = [];
	readonly callbacks: string[] = [];

	async deadLetter({ body }: Delivery, why: DeadLetter): Promise<void> {
		this.deadLetters.push({ body, ...why });
	}

	async callback(job: string): Promise<void> {
		this.callbacks.push(job);
	}
}

/** Requests lie in the records; large ones and large responses under their keys. */
export class MemoryPayloads implements Payloads {
	readonly objects = new Map<string, string>();

	async requestBytes({ request, requestKey = "" }: JobRecord): Promise<number | undefined> {
		const text = request ?? this.objects.get(requestKey);
		return text === undefined ? undefined : Buffer.byteLength(text);
	}

	async readRequest({ request, requestKey = "" }: JobRecord): Promise<string | undefined> {
		return request ?? this.objects.get(requestKey);
	}

	async writeResponse({ job, attempt }: JobRecord, response: string) {
		if (response.length <= JOB_LIMITS.inlineMaxBytes) return { response };
		const responseKey = `${job}/${attempt}`;
		this.objects.set(responseKey, response);
		return { responseKey };
	}
}
