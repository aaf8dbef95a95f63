/** Which jobs share a batch and how long one waits, with time of the test's own. */
import { expect } from "chai";
import fc from "fast-check";
import { type Gathered, Gathering } from "../../../functions/worker/gathering.ts";

const limits = { sizeMax: 4, waitMaxMs: 20, rowsMax: 10, bytesMax: 100 };
const jobOf = (change: Partial<Gathered> = {}): Gathered => ({ key: "k", rows: 1, bytes: 1, ...change });
const batch = (...jobs: Gathered[]) => ({ kind: "batch", jobs });

describe("functions/worker/gathering", () => {
	it("lets a job that came alone go at once: nobody else is to be expected", () => {
		const gathering = new Gathering(limits);
		const job = jobOf();
		gathering.add(job, 1_000);
		expect(gathering.next(1_000, true)).to.deep.equal(batch(job));
		expect(gathering.next(1_000, true)).to.deep.equal({ kind: "nothing" });
	});
	it("waits for the next one while they come fast, but not past the first one's time", () => {
		const gathering = new Gathering(limits);
		const jobs = [jobOf(), jobOf(), jobOf()];
		for (const [i, job] of jobs.entries()) gathering.add(job, 1_000 + 5 * i);
		expect(gathering.next(1_012, true)).to.deep.equal({ kind: "wait", ms: 8 });
		expect(gathering.next(1_020, true)).to.deep.equal(batch(...jobs));
	});
	it("does not wait for what comes slower than the longest wait", () => {
		const gathering = new Gathering(limits);
		for (const ms of [0, 100, 200]) {
			const job = jobOf();
			gathering.add(job, ms);
			expect(gathering.next(ms, true)).to.deep.equal(batch(job));
		}
	});
	it("waits for nobody where the batch is full or no other could come", () => {
		const gathering = new Gathering(limits);
		const jobs = Array.from({ length: 6 }, () => jobOf());
		for (const job of jobs) gathering.add(job, 0);
		expect(gathering.next(0, true)).to.deep.equal(batch(...jobs.slice(0, 4)));
		expect(gathering.next(0, true)).to.deep.equal({ kind: "wait", ms: 20 });
		expect(gathering.next(0, false)).to.deep.equal(batch(...jobs.slice(4)));
	});
	it("keeps what does not fit together apart, and what goes alone alone", () => {
		const gathering = new Gathering(limits);
		const [a1, b1, alone, a2] = [
			jobOf({ key: "a" }),
			jobOf({ key: "b" }),
			jobOf({ key: undefined }),
			jobOf({ key: "a" }),
		];
		for (const job of [a1, b1, alone, a2]) gathering.add(job, 0);
		expect([1, 2, 3].map(() => gathering.next(50, true))).to.deep.equal([batch(a1, a2), batch(b1), batch(alone)]);
	});
	it("takes out whom it is told to, and all at the end", () => {
		const gathering = new Gathering(limits);
		const [first, second] = [jobOf(), jobOf()];
		gathering.add(first, 0);
		gathering.add(second, 0);
		expect(gathering.remove((job) => job === first)).to.equal(first);
		expect(gathering.remove((job) => job === first)).to.equal(undefined);
		expect(gathering.empty()).to.deep.equal([second]);
		expect(gathering.size).to.equal(0);
	});
	it("gives each job out once, the oldest first, within all limits, and none later than its time", () => {
		const arbitraryJob = fc.record({
			key: fc.constantFrom("a", "b", undefined),
			rows: fc.integer({ min: 1, max: 12 }),
			bytes: fc.integer({ min: 1, max: 120 }),
			afterMs: fc.nat(30),
		});
		fc.assert(
			fc.property(fc.array(arbitraryJob, { minLength: 1, maxLength: 40 }), fc.boolean(), (arrivals, hasShrunk) => {
				const gathering = new Gathering(limits);
				if (hasShrunk) gathering.shrinkBelow(8);
				const rowsMax = hasShrunk ? 4 : limits.rowsMax;
				const given = new Map<Gathered, number>();
				let nowMs = 0;
				const waiting = new Map<Gathered, number>();
				const giveOut = (untilMs: number) => {
					for (;;) {
						const next = gathering.next(nowMs, true);
						if (next.kind === "nothing") break;
						if (next.kind === "wait") {
							if (nowMs + next.ms > untilMs) break;
							nowMs += next.ms;
							continue;
						}
						const { jobs } = next;
						expect(jobs[0]).to.equal(waiting.keys().next().value);
						const sum = (field: "rows" | "bytes") => jobs.reduce((total, job) => total + job[field], 0);
						expect(jobs.length).to.be.at.most(limits.sizeMax);
						if (jobs.length > 1) {
							expect(sum("rows")).to.be.at.most(rowsMax);
							expect(sum("bytes")).to.be.at.most(limits.bytesMax);
							expect(new Set(jobs.map(({ key }) => key)).size).to.equal(1);
							expect(jobs[0]?.key).to.not.equal(undefined);
						}
						for (const job of jobs) {
							expect(given.has(job)).to.equal(false);
							given.set(job, nowMs - (waiting.get(job) ?? 0));
							waiting.delete(job);
						}
					}
					nowMs = untilMs;
				};
				for (const { afterMs, ...job } of arrivals) {
					giveOut(nowMs + afterMs);
					gathering.add(job, nowMs);
					waiting.set(job, nowMs);
				}
				giveOut(nowMs + 1_000);
				expect(given.size).to.equal(arrivals.length);
				for (const waitedMs of given.values()) expect(waitedMs).to.be.at.most(limits.waitMaxMs);
			}),
		);
	});
});
