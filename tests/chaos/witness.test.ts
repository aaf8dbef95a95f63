import { expect } from "chai";
import { inFlightKey, jobKey } from "../../charter/jobs.ts";
import { emptyHistories, observe, statesOf } from "./witness.ts";

type Image = Record<string, unknown>;
const job = (state: string, attempt: number, more: object = {}): Image => ({
	pk: jobKey("j1"),
	state,
	attempt,
	...more,
});
const counter = (tenant: string, jobs: number): Image => ({ pk: inFlightKey(tenant, "digit-reader"), jobs });

/** The histories after these writes of one item. */
function historiesOf(...images: Image[]) {
	const histories = emptyHistories();
	for (const [i, image] of images.entries()) observe(histories, images[i - 1], image);
	return histories;
}

describe("tests/chaos/witness", () => {
	it("counts claims, releases and the end of a job", () => {
		const { jobs } = historiesOf(
			job("QUEUED", 0),
			job("RUNNING", 1),
			job("QUEUED", 1),
			job("RUNNING", 2),
			job("SUCCEEDED", 2),
		);
		expect(jobs.get("j1")).to.deep.equal({ state: "SUCCEEDED", claims: 2, releases: 1, endings: 1 });
	});

	it("counts a claim of a lapsed lease, and no heartbeat as one", () => {
		const { jobs } = historiesOf(
			job("RUNNING", 1),
			job("RUNNING", 1, { leaseUntilMs: 2 }),
			job("RUNNING", 2, { leaseUntilMs: 3 }),
		);
		expect(jobs.get("j1")).to.deep.include({ claims: 2, endings: 0 });
	});

	it("sees a second end, and another result in the place of the first", () => {
		const first = job("SUCCEEDED", 1, { response: "a" });
		expect(historiesOf(job("RUNNING", 1), first, job("FAILED", 1)).jobs.get("j1")?.endings).to.equal(2);
		expect(
			historiesOf(job("RUNNING", 1), first, job("SUCCEEDED", 1, { response: "b" })).jobs.get("j1")?.endings,
		).to.equal(2);
		expect(
			historiesOf(job("RUNNING", 1), first, job("SUCCEEDED", 2, { response: "a" })).jobs.get("j1")?.endings,
		).to.equal(2);
	});

	it("takes what may be written after the end for no second one", () => {
		const end = job("FAILED", 3, { open: "CALLBACKS" });
		const { jobs } = historiesOf(
			job("RUNNING", 3),
			end,
			{ ...end, deadLetteredAtMs: 5 },
			job("FAILED", 3, { deadLetteredAtMs: 5 }),
		);
		expect(jobs.get("j1")?.endings).to.equal(1);
	});

	it("sees a job that came back from its end", () => {
		expect(historiesOf(job("RUNNING", 1), job("SUCCEEDED", 1), job("RUNNING", 2)).jobs.get("j1")?.endings).to.equal(2);
	});

	it("keeps what the counters are and were", () => {
		const { inFlight, jobs } = historiesOf(
			counter("acme", 0),
			counter("acme", 3),
			counter("acme", -1),
			counter("acme", 0),
		);
		expect([inFlight.least, inFlight.most, [...inFlight.now], jobs.size]).to.deep.equal([
			-1,
			3,
			[["INFLIGHT#acme#digit-reader", 0]],
			0,
		]);
	});

	it("looks at nothing else in the table", () => {
		const histories = emptyHistories();
		observe(histories, undefined, { pk: "IDEMPOTENCY#acme#digit-reader#1", job: "j1" });
		expect(histories).to.deep.equal(emptyHistories());
	});

	it("counts the jobs by their state", () => {
		expect(statesOf(historiesOf(job("QUEUED", 0), job("RUNNING", 1)))).to.deep.include({
			QUEUED: 0,
			RUNNING: 1,
			ended: 0,
		});
		expect(statesOf(historiesOf(job("RUNNING", 1), job("FAILED", 1)))).to.deep.include({ FAILED: 1, ended: 1 });
	});
});
