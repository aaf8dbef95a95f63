/**
 * Jobs, queues and workers of one queued model in a time of their own: submitters go by a route that they have cached, workers
 * take what their slot's queue shows, and the index of open jobs lags behind. The twin of slot-jobs.ts on top of it.
 */
import { isEnded, type JobRecord, type Slot } from "../../../charter/jobs.ts";
import { ROUTE_CACHE_MS } from "../../../charter/limits.ts";
import type { RouteRecord, RouteVariant } from "../../../charter/registry.ts";
import type { SlotJobs } from "../../../functions/rollout/ports.ts";
import { jobRecord, messageOf } from "../worker-memory.ts";
import type { Effects } from "./effects.ts";

export const QUEUES: Record<Slot, string> = { a: "https://sqs.test/a", b: "https://sqs.test/b" };
export const DEAD_LETTERS: Record<Slot, string> = { a: "https://sqs.test/a-dead", b: "https://sqs.test/b-dead" };

const LEASE_MS = 30_000;
const WORK_MS = 3_000;
const HIDDEN_MS = 20_000;
const ORPHAN_MS = 60_000;
const JOBS_PER_TASK = 2;
/** Every so many submitters die between the record and the message. */
const LOST_SEND = 7;

interface Message {
	body: string;
	visibleAtMs: number;
	receipt: number;
}

export class JobWorld {
	readonly model: string;
	readonly records = new Map<string, JobRecord>();
	readonly queues = new Map<string, Message[]>();
	/** By job: versions that have answered it. */
	readonly answered = new Map<string, number[]>();
	#indexed: JobRecord[] = [];
	#toSend: JobRecord[] = [];
	#route: { variants: RouteVariant[]; untilMs: number } | undefined;
	/** Jobs that were never sent: nobody else's pointers are the sweeper's to make up for here. */
	readonly #unsent = new Set<string>();
	#submitted = 0;
	#receipts = 0;
	nowMs = 0;

	constructor(model: string) {
		this.model = model;
	}

	/** @param tasks by slot, that run now */
	tick(nowMs: number, route: RouteRecord | undefined, tasks: Record<Slot, number>, isSubmitting: boolean): void {
		this.nowMs = nowMs;
		for (const job of this.#toSend.splice(0)) this.#send(QUEUES[job.slot], job);
		if (isSubmitting && route) this.#submit(route);
		for (const slot of ["a", "b"] as const) this.#work(slot, tasks[slot]);
		this.#sweep();
		this.#indexed = [...this.records.values()].filter(({ state }) => !isEnded(state));
	}

	get open(): JobRecord[] {
		return [...this.records.values()].filter(({ state }) => !isEnded(state));
	}

	queue(url: string): Message[] {
		const queue = this.queues.get(url) ?? [];
		this.queues.set(url, queue);
		return queue;
	}

	ports(effects: Effects): SlotJobs {
		const indexed = () => this.#indexed;
		return {
			depth: async (url) => this.queue(url).length,
			receive: async (url) => {
				const visible = this.queue(url)
					.filter(({ visibleAtMs }) => visibleAtMs <= this.nowMs)
					.slice(0, 10);
				return visible.map((message) => {
					this.#hide(message, HIDDEN_MS);
					return { body: message.body, receipt: String(message.receipt) };
				});
			},
			remove: (url, { receipt }) => effects.run("remove", () => this.#remove(url, Number(receipt))),
			send: (url, job) => effects.run("send", () => this.#send(url, job)),
			setAside: (url, { body }) =>
				effects.run("set aside", () => void this.queue(url).push({ body, visibleAtMs: 0, receipt: 0 })),
			read: async (job) => {
				const record = this.records.get(job);
				return record && { ...record };
			},
			open: async function* () {
				yield indexed();
			},
			move: (job, place) =>
				effects.run("move job", () => {
					const record = this.records.get(job.job);
					if (!record || record.slot !== job.slot || !this.#isFree(record)) return false;
					this.records.set(job.job, { ...record, ...place });
					return true;
				}),
			cancel: (job) =>
				effects.run("cancel job", () => {
					const record = this.records.get(job.job);
					if (record && !isEnded(record.state)) this.#end(record, "CANCELLED");
				}),
		};
	}

	#submit(route: RouteRecord): void {
		if (!this.#route || this.#route.untilMs <= this.nowMs)
			this.#route = { variants: route.variants, untilMs: this.nowMs + ROUTE_CACHE_MS };
		const { variants } = this.#route;
		const number = this.#submitted++;
		// Spread over the hundred, so that small weights get their share early.
		let left = (number * 37) % 100;
		const variant =
			variants.find(({ weight }) => {
				left -= weight;
				return left < 0;
			}) ?? variants[0];
		if (!variant) throw new Error("A route without variants was served by.");
		const job = this.#put(`job-${number}`, variant);
		const shadow = variants.find(({ mirrorPct = 0 }) => mirrorPct > 0);
		if (shadow) this.#put(`shadow-${number}`, shadow, job.job);
	}

	#put(job: string, { name, version, slot = "a" }: RouteVariant, shadowOf?: string): JobRecord {
		const record = jobRecord({
			job,
			model: this.model,
			version,
			variant: name,
			slot,
			createdAtMs: this.nowMs,
			dueAtMs: this.nowMs + ORPHAN_MS,
			...(shadowOf !== undefined && { shadowOf }),
		});
		this.records.set(job, record);
		if (this.#submitted % LOST_SEND === 0) this.#unsent.add(job);
		else this.#toSend.push(record);
		return record;
	}

	/** Tasks that are gone have released what they had. */
	#work(slot: Slot, tasks: number): void {
		const running = [...this.records.values()].filter(({ state, owner }) => state === "RUNNING" && owner === slot);
		for (const job of running) {
			if (tasks === 0) this.#release(job);
			else if (this.nowMs - (job.startedAtMs ?? 0) >= WORK_MS) this.#succeed(job);
			else this.records.set(job.job, { ...job, leaseUntilMs: this.nowMs + LEASE_MS });
		}
		let room = tasks * JOBS_PER_TASK - running.length;
		for (const message of [...this.queue(QUEUES[slot])]) {
			if (room <= 0) break;
			if (message.visibleAtMs > this.nowMs) continue;
			const job = this.records.get(JSON.parse(message.body).job);
			if (!job || isEnded(job.state)) {
				this.queue(QUEUES[slot]).splice(this.queue(QUEUES[slot]).indexOf(message), 1);
				continue;
			}
			this.#hide(message, LEASE_MS);
			if (!this.#isFree(job)) continue;
			room -= 1;
			const attempt = job.attempt + 1;
			const leaseUntilMs = this.nowMs + LEASE_MS;
			this.records.set(job.job, {
				...job,
				state: "RUNNING",
				owner: slot,
				attempt,
				leaseUntilMs,
				startedAtMs: this.nowMs,
			});
		}
	}

	#release(job: JobRecord): void {
		const { owner, leaseUntilMs, ...released } = job;
		this.records.set(job.job, { ...released, state: "QUEUED" });
		for (const message of this.queue(QUEUES[owner === "b" ? "b" : "a"]))
			if (JSON.parse(message.body).job === job.job) message.visibleAtMs = this.nowMs;
	}

	#succeed(job: JobRecord): void {
		this.answered.set(job.job, [...(this.answered.get(job.job) ?? []), job.version]);
		this.#end(job, "SUCCEEDED");
		for (const queue of this.queues.values())
			for (const message of [...queue])
				if (message.visibleAtMs > this.nowMs && JSON.parse(message.body).job === job.job)
					queue.splice(queue.indexOf(message), 1);
	}

	#end(job: JobRecord, state: "SUCCEEDED" | "CANCELLED"): void {
		const { owner, leaseUntilMs, ...ended } = job;
		this.records.set(job.job, { ...ended, state, endedAtMs: this.nowMs });
	}

	#sweep(): void {
		for (const job of this.open) {
			if (!this.#unsent.has(job.job) || (job.dueAtMs ?? 0) > this.nowMs || !this.#isFree(job)) continue;
			this.records.set(job.job, { ...job, dueAtMs: this.nowMs + ORPHAN_MS });
			this.#send(QUEUES[job.slot], job);
		}
	}

	#isFree = ({ state, leaseUntilMs = 0 }: JobRecord): boolean =>
		state === "QUEUED" || (state === "RUNNING" && leaseUntilMs < this.nowMs);

	#send(url: string, job: JobRecord): void {
		this.queue(url).push({ body: messageOf(job), visibleAtMs: this.nowMs, receipt: 0 });
	}

	#hide(message: Message, ms: number): void {
		message.visibleAtMs = this.nowMs + ms;
		message.receipt = ++this.#receipts;
	}

	#remove(url: string, receipt: number): void {
		const queue = this.queue(url);
		const at = queue.findIndex((message) => message.receipt === receipt);
		if (at >= 0) queue.splice(at, 1);
	}
}
