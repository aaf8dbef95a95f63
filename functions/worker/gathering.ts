/**
 * Gathers jobs into micro-batches: which go together, and whether to wait for more. Pure: it is told the time.
 * A job waits only while another one is likely to come in time, and never for longer than the settings say.
 */

/** What of a job decides with whom it goes. */
export interface Gathered {
	/** Jobs of one key may share a call; one without a key goes alone. */
	key: string | undefined;
	rows: number;
	bytes: number;
}

export interface GatheringLimits {
	/** Most jobs in one batch. */
	sizeMax: number;
	/** Longest that a job waits for others. */
	waitMaxMs: number;
	rowsMax: number;
	bytesMax: number;
}

export type Next<Job> =
	| { kind: "batch"; jobs: Job[] }
	/** More are likely to come; look again then, or when one has come. */
	| { kind: "wait"; ms: number }
	| { kind: "nothing" };

/** By so many last arrivals the next ones are foreseen. */
const ARRIVALS_KEPT = 32;

export class Gathering<Job extends Gathered> {
	readonly #limits: GatheringLimits;
	/** In the order in which they came, with the time. */
	readonly #waiting = new Map<Job, number>();
	readonly #arrivalsMs: number[] = [];
	#rowsMax: number;

	constructor(limits: GatheringLimits) {
		this.#limits = limits;
		this.#rowsMax = limits.rowsMax;
	}

	get size(): number {
		return this.#waiting.size;
	}

	add(job: Job, nowMs: number): void {
		this.#waiting.set(job, nowMs);
		this.#arrivalsMs.push(nowMs);
		if (this.#arrivalsMs.length > ARRIVALS_KEPT) this.#arrivalsMs.shift();
	}

	/** Takes a job out that must not be worked on; undefined where none is the one that is meant. */
	remove(isMeant: (job: Job) => boolean): Job | undefined {
		const job = this.#waiting.keys().find(isMeant);
		if (job) this.#waiting.delete(job);
		return job;
	}

	/** Takes all out. */
	empty(): Job[] {
		const jobs = [...this.#waiting.keys()];
		this.#waiting.clear();
		return jobs;
	}

	/** A batch of so many rows was refused although each job of it is good: the model takes fewer at once. */
	shrinkBelow(rows: number): void {
		this.#rowsMax = Math.max(1, Math.min(this.#rowsMax, Math.floor(rows / 2)));
	}

	/**
	 * The next batch, with the oldest job in it.
	 * @param canGrow whether another job could come at all: false where there is no room for one
	 */
	next(nowMs: number, canGrow: boolean): Next<Job> {
		const [oldest] = this.#waiting;
		if (!oldest) return { kind: "nothing" };
		const [first, arrivedAtMs] = oldest;
		const { jobs, isFull } = this.#group(first);
		const leftMs = arrivedAtMs + this.#limits.waitMaxMs - nowMs;
		if (!isFull && canGrow && leftMs > 0 && this.#isMoreLikely(nowMs)) return { kind: "wait", ms: leftMs };
		for (const job of jobs) this.#waiting.delete(job);
		return { kind: "batch", jobs };
	}

	#group(first: Job): { jobs: Job[]; isFull: boolean } {
		const { sizeMax, bytesMax } = this.#limits;
		if (first.key === undefined) return { jobs: [first], isFull: true };
		const jobs: Job[] = [];
		let [rows, bytes] = [0, 0];
		for (const job of this.#waiting.keys()) {
			if (job.key !== first.key) continue;
			const isTooMuch = rows + job.rows > this.#rowsMax || bytes + job.bytes > bytesMax;
			if (jobs.length > 0 && isTooMuch) return { jobs, isFull: true };
			jobs.push(job);
			rows += job.rows;
			bytes += job.bytes;
			if (jobs.length >= sizeMax) return { jobs, isFull: true };
		}
		return { jobs, isFull: rows >= this.#rowsMax || bytes >= bytesMax };
	}

	/** Whether at least one job is to be expected within the longest wait, by how fast the last ones came. */
	#isMoreLikely(nowMs: number): boolean {
		const [firstMs = nowMs] = this.#arrivalsMs;
		const others = this.#arrivalsMs.length - 1;
		return others * this.#limits.waitMaxMs >= Math.max(1, nowMs - firstMs);
	}
}
