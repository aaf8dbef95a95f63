/** What each step of a worker writes into the jobs' table, field by field; that the steps fit together is claims.test.ts. */
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { CALLBACKS_OPEN, inFlightKey, JOB_LIMITS, type JobRecord, jobKey, openKey } from "../../../../charter/jobs.ts";
import { claimsTable } from "../../../../functions/shared/jobs/claims-table.ts";
import { MemoryAws } from "../../../support/functions-aws.ts";
import { jobRecord, MODEL } from "../../../support/worker-memory.ts";

const TABLE = "jobs";
const NOW_MS = 1_700_000_000_000;
const LEASE_MS = 30_000;
const ORPHAN_MS = 60_000;
const failure = { code: "INTERNAL", message: "It fell." };

function setUp(change: Partial<JobRecord> = {}, leaseSeconds?: number) {
	const aws = new MemoryAws();
	const clock = { nowMs: NOW_MS };
	const claims = claimsTable({
		client: aws.clients().dynamodb,
		table: TABLE,
		worker: "task-1",
		...(leaseSeconds === undefined ? {} : { leaseSeconds }),
		now: () => clock.nowMs,
		pause: async () => {},
		random: () => 0,
	});
	const put = (record: object) => aws.dynamodb.put(TABLE, marshall(record, { removeUndefinedValues: true }));
	put(jobRecord({ job: "j", createdAtMs: NOW_MS - 5_000, ...change }));
	put({ pk: inFlightKey("acme", MODEL), jobs: 3 });
	const record = () => unmarshall(aws.dynamodb.item(TABLE, jobKey("j")) ?? {});
	const inFlight = () => Number(aws.dynamodb.item(TABLE, inFlightKey("acme", MODEL))?.jobs?.N);
	const claimed = async () => {
		const outcome = await claims.claim("j");
		if (outcome.kind !== "claimed") throw new Error(`The claim was ${outcome.kind}.`);
		return outcome.job;
	};
	return { aws, clock, claims, record, inFlight, claimed };
}

describe("functions/shared/jobs/claims-table", () => {
	it("claims a queued job: attempt, owner, lease, first start, and when the sweeper should look", async () => {
		const { claimed, record } = setUp({ attempt: 4, startedAtMs: 7 });
		const job = await claimed();
		expect(job).to.deep.equal(record());
		expect(job).to.include({ state: "RUNNING", attempt: 5, startedAtMs: 7, leaseUntilMs: NOW_MS + LEASE_MS });
		expect(job).to.include({ dueAtMs: NOW_MS + LEASE_MS + ORPHAN_MS, open: openKey(MODEL) });
		expect(job.owner).to.match(/^task-1\/[0-9a-f-]{36}$/);
		expect((await setUp().claimed()).startedAtMs).to.equal(NOW_MS);
	});
	it("says who holds a job, that it has ended, or that there is none", async () => {
		const running = setUp({ state: "RUNNING", owner: "other", leaseUntilMs: NOW_MS });
		expect(await running.claims.claim("j")).to.deep.equal({ kind: "held", untilMs: NOW_MS });
		running.clock.nowMs += 1;
		expect((await running.claims.claim("j")).kind).to.equal("claimed");
		for (const state of ["SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"] as const) {
			const outcome = await setUp({ state }).claims.claim("j");
			expect(outcome.kind === "ended" && outcome.job.state).to.equal(state);
		}
		expect(await running.claims.claim("none")).to.deep.equal({ kind: "unknown" });
	});
	it("holds a claim for as long as it is told to, from its start and from each extension", async () => {
		const { claims, clock, claimed, record } = setUp({}, 900);
		const job = await claimed();
		expect(job).to.include({ leaseUntilMs: NOW_MS + 900_000, dueAtMs: NOW_MS + 900_000 + ORPHAN_MS });
		clock.nowMs += 1_000;
		expect(await claims.heartbeat(job)).to.deep.equal({ kind: "extended", untilMs: NOW_MS + 901_000 });
		expect(record()).to.include({ leaseUntilMs: NOW_MS + 901_000, dueAtMs: NOW_MS + 901_000 + ORPHAN_MS });
	});
	it("extends the lease of what is held", async () => {
		const { claims, clock, claimed, record } = setUp();
		const job = await claimed();
		clock.nowMs += 10_000;
		const untilMs = NOW_MS + 10_000 + LEASE_MS;
		expect(await claims.heartbeat(job)).to.deep.equal({ kind: "extended", untilMs });
		expect(record()).to.include({ leaseUntilMs: untilMs, dueAtMs: untilMs + ORPHAN_MS });
		expect(await claims.heartbeat({ ...job, attempt: 9 })).to.deep.equal({ kind: "lost" });
	});
	it("commits with the response, gives the place back, and leaves nothing of the work", async () => {
		const { claims, claimed, record, inFlight } = setUp({ progress: 0.5 });
		const job = await claimed();
		expect(await claims.commit(job, { response: "{}" })).to.deep.equal({ kind: "committed" });
		const ended = record();
		expect(ended).to.include({ state: "SUCCEEDED", response: "{}", endedAtMs: NOW_MS });
		expect(ended.expiresAt).to.equal(NOW_MS / 1000 + JOB_LIMITS.keptSeconds);
		expect(ended).to.not.have.any.keys("request", "owner", "leaseUntilMs", "progress", "open", "dueAtMs");
		expect(inFlight()).to.equal(2);
		expect(await claims.commit(job, { response: "{}" })).to.deep.equal({ kind: "committed" });
		expect(inFlight()).to.equal(2);
		expect(await claims.fail(job, failure, { isFinal: true, delaySeconds: 0 })).to.deep.equal({ kind: "lost" });
	});
	it("leaves a callback open for the sweeper", async () => {
		const { claims, claimed, record } = setUp({ callback: { url: "https://example.com", signingKey: "k" } });
		await claims.commit(await claimed(), { responseKey: "key" });
		expect(record()).to.include({ responseKey: "key", open: CALLBACKS_OPEN, dueAtMs: NOW_MS + ORPHAN_MS });
	});
	it("puts a failed job back until it has failed as often as it may, and keeps what a redrive needs", async () => {
		const { claims, claimed, record, inFlight } = setUp();
		for (const failures of [1, 2]) {
			const outcome = await claims.fail(await claimed(), failure, { isFinal: false, delaySeconds: 5 });
			expect(outcome).to.deep.equal({ kind: "requeued", failures });
			expect(record()).to.include({ state: "QUEUED", failures, dueAtMs: NOW_MS + 5_000 + ORPHAN_MS });
			expect(record()).to.not.have.any.keys("owner", "leaseUntilMs", "error");
		}
		const outcome = await claims.fail(await claimed(), failure, { isFinal: false, delaySeconds: 5 });
		expect(outcome).to.deep.equal({ kind: "failed", failures: 3 });
		expect(record()).to.deep.include({
			state: "FAILED",
			failures: 3,
			attempt: 3,
			error: failure,
			request: '{"inputs":[]}',
		});
		expect(inFlight()).to.equal(2);
		await claims.markDeadLettered("j");
		expect(record()).to.include({ deadLetteredAtMs: NOW_MS });
		await claims.markDeadLettered("none");
	});
	it("marks no job as set aside that was redriven before it could be said: it may fail anew", async () => {
		const { claims, record } = setUp({ state: "QUEUED" });
		await claims.markDeadLettered("j");
		expect(record()).to.not.have.property("deadLetteredAtMs");
	});
	it("ends poison at once, and counts nothing on what is released", async () => {
		const poison = setUp();
		const outcome = await poison.claims.fail(await poison.claimed(), failure, { isFinal: true, delaySeconds: 0 });
		expect(outcome).to.deep.equal({ kind: "failed", failures: 1 });
		const { claims, claimed, record, inFlight } = setUp();
		const job = await claimed();
		expect(await claims.release(job, 0)).to.deep.equal({ kind: "released" });
		expect(await claims.release(job, 0)).to.deep.equal({ kind: "released" });
		expect(record()).to.not.have.property("excusedAttempt");
		expect(record()).to.include({ state: "QUEUED", failures: 0, attempt: 1, dueAtMs: NOW_MS + ORPHAN_MS });
		expect(inFlight()).to.equal(3);
		await claims.release(await claimed(), 0, true);
		expect(record()).to.include({ state: "QUEUED", attempt: 2, excusedAttempt: 2 });
	});
	it("passes an outage on after all its tries, and a refusal of the request at once", async () => {
		const { aws, claims } = setUp();
		aws.disturbances.set("UpdateItem", "fail");
		const thrown = await claims.claim("j").catch((reason: unknown) => reason);
		expect(thrown).to.include({ name: "InternalServerError" });
		expect(aws.calls.filter((call) => call === "UpdateItem")).to.have.length(8);
	});
});
