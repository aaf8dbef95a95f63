/** Where each kind of request goes, as a table. */
import { expect } from "chai";
import fc from "fast-check";
import { JOB_LIMITS } from "../../../../charter/jobs.ts";
import { REALTIME_BATCH_MAX_ROWS, REALTIME_PAYLOAD_MAX_BYTES } from "../../../../charter/limits.ts";
import { type DispatchRequest, dispatch } from "../../../../functions/shared/jobs/dispatch.ts";

const small: DispatchRequest = {
	serve: "realtime",
	sloClass: "interactive",
	payloadBytes: 1_000,
	rows: 1,
	leftMs: 1_000,
	budgetMs: 200,
	overflow: "refuse",
	backlog: { jobs: 0, max: 10 },
};
const overflowing = { overflow: "job" } as const;
const queued = { serve: "queued", sloClass: "deferred", budgetMs: 0 } as const;
const full = { backlog: { jobs: 10, max: 10 } };
const outOf = (change: Partial<DispatchRequest>) => {
	const { reason, ...decision } = dispatch({ ...small, ...change });
	return { ...decision, reason };
};

const TABLE: readonly [title: string, change: Partial<DispatchRequest>, to: string, code?: string][] = [
	["a realtime request that fits", {}, "lambda"],
	["one with exactly the most bytes", { payloadBytes: REALTIME_PAYLOAD_MAX_BYTES }, "lambda"],
	["one with a byte more", { payloadBytes: REALTIME_PAYLOAD_MAX_BYTES + 1 }, "reject", "PAYLOAD_TOO_LARGE"],
	["one with exactly the most rows", { rows: REALTIME_BATCH_MAX_ROWS }, "lambda"],
	["one with a row more", { rows: REALTIME_BATCH_MAX_ROWS + 1 }, "reject", "PAYLOAD_TOO_LARGE"],
	["one whose caller waits shorter than the budget", { leftMs: 199 }, "lambda"],
	["one whose caller waits no more", { leftMs: 0 }, "reject", "DEADLINE_EXCEEDED"],
	["one whose caller prefers a job that the model does not make", { sloClass: "deferred" }, "lambda"],
	["one while the tenant has too many jobs", full, "lambda"],
	["an overflowing model's request that fits", overflowing, "lambda"],
	["its request with too many bytes", { ...overflowing, payloadBytes: REALTIME_PAYLOAD_MAX_BYTES + 1 }, "queue"],
	["its request with too many rows", { ...overflowing, rows: REALTIME_BATCH_MAX_ROWS + 1 }, "queue"],
	["its request whose caller waits exactly the budget", { ...overflowing, leftMs: 200 }, "lambda"],
	["its request whose caller waits shorter than the budget", { ...overflowing, leftMs: 199 }, "queue"],
	["its request whose caller prefers a job", { ...overflowing, sloClass: "deferred" }, "queue"],
	[
		"its request that is too slow while the tenant has too many jobs",
		{ ...overflowing, ...full, leftMs: 100 },
		"reject",
		"TOO_MANY_JOBS",
	],
	["its request whose caller waits no more", { ...overflowing, leftMs: 0 }, "reject", "DEADLINE_EXCEEDED"],
	["a queued model's request", queued, "queue"],
	["one as large as an upload may be", { ...queued, payloadBytes: JOB_LIMITS.uploadMaxBytes }, "queue"],
	["one a byte larger", { ...queued, payloadBytes: JOB_LIMITS.uploadMaxBytes + 1 }, "reject", "PAYLOAD_TOO_LARGE"],
	["one with as many rows as a job may have", { ...queued, rows: JOB_LIMITS.rowsMax }, "queue"],
	[
		"one with a row more than a job may have",
		{ ...queued, rows: JOB_LIMITS.rowsMax + 1 },
		"reject",
		"PAYLOAD_TOO_LARGE",
	],
	["one that takes the tenant's last place", { ...queued, backlog: { jobs: 9, max: 10 } }, "queue"],
	["one for which there is no place", { ...queued, ...full }, "reject", "TOO_MANY_JOBS"],
	["one whose time is over", { ...queued, leftMs: -1 }, "reject", "DEADLINE_EXCEEDED"],
	["a batch model's request", { serve: "batch" }, "batch"],
];

describe("functions/shared/jobs/dispatch", () => {
	for (const [title, change, to, code] of TABLE)
		it(`sends ${title} to ${to}${code ? ` with ${code}` : ""}`, () => {
			expect(outOf(change)).to.deep.include({ to, ...(code && { code }) });
		});

	it("gives a reason that can stand in a sentence", () => {
		expect(outOf({ rows: 300 }).reason).to.equal("it has 300 rows, more than the 256 of one request");
		expect(outOf({ ...queued, ...full }).reason).to.equal("10 jobs of the tenant have not ended, and it may have 10");
		expect(outOf({ ...overflowing, leftMs: 99.7 }).reason).to.equal(
			"the 99 ms that are left do not hold the model's budget of 200 ms",
		);
	});

	it("never sends to a function what its limits do not hold, nor makes a job beyond the tenant's most", () => {
		const size = fc.integer({ min: 0, max: 2 * JOB_LIMITS.uploadMaxBytes });
		const request: fc.Arbitrary<DispatchRequest> = fc.record({
			serve: fc.constantFrom("realtime", "queued", "batch"),
			sloClass: fc.constantFrom("interactive", "deferred"),
			payloadBytes: size,
			rows: fc.integer({ min: 0, max: 2 * JOB_LIMITS.rowsMax }),
			leftMs: fc.integer({ min: -10, max: 30_000 }),
			budgetMs: fc.integer({ min: 0, max: 1_000 }),
			overflow: fc.constantFrom("refuse", "job"),
			backlog: fc.record({ jobs: fc.integer({ min: 0, max: 20 }), max: fc.integer({ min: 1, max: 20 }) }),
		});
		fc.assert(
			fc.property(request, (given) => {
				const { to } = dispatch(given);
				const { payloadBytes, rows, backlog, serve, overflow } = given;
				if (to === "lambda")
					expect(payloadBytes <= REALTIME_PAYLOAD_MAX_BYTES && rows <= REALTIME_BATCH_MAX_ROWS).to.equal(true);
				if (to === "queue") {
					expect(backlog.jobs < backlog.max && payloadBytes <= JOB_LIMITS.uploadMaxBytes).to.equal(true);
					expect(serve === "queued" || overflow === "job").to.equal(true);
				}
				if (serve === "batch") expect(to).to.equal("batch");
			}),
		);
	});
});
