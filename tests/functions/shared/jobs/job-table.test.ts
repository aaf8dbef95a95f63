/**
 * The jobs' table under any order of submissions, claims, ends and cancellations, with answers that get lost: a place in flight
 * for each job that has not ended, one job for a key, and no way out of an ended state.
 */
import { expect } from "chai";
import fc from "fast-check";
import { inFlightKey, isEnded, type JobRecord, jobKey } from "../../../../charter/jobs.ts";
import { claimsTable } from "../../../../functions/shared/jobs/claims-table.ts";
import { jobTable } from "../../../../functions/shared/jobs/job-table.ts";
import { type Disturbance, MemoryAws } from "../../../support/functions-aws.ts";
import { aJob, inFlightIn, JOBS_TABLE, jobIn, START_MS } from "../../../support/functions-jobs.ts";

const JOBS = ["j0", "j1", "j2", "j3"] as const;
const TENANTS = ["acme", "umbrella"] as const;
const MAX = 2;

function setUp() {
	const aws = new MemoryAws();
	const clock = { nowMs: START_MS };
	// A disturbance lasts for one try: what comes after the pause goes well.
	const pauses = { pause: async () => aws.disturbances.clear(), random: () => 0.5 };
	const options = { client: aws.clients().dynamodb, table: JOBS_TABLE, now: () => clock.nowMs, ...pauses };
	return { aws, clock, store: jobTable(options), claims: claimsTable({ ...options, worker: "w" }) };
}
type Setup = ReturnType<typeof setUp>;

const jobOf = (job: string, tenant: string): JobRecord => aJob({ job, pk: jobKey(job), tenant });

interface Step {
	act: "submit" | "claim" | "commit" | "fail" | "release" | "cancel" | "expire" | "wait";
	job: (typeof JOBS)[number];
	tenant: (typeof TENANTS)[number];
	key: "k" | undefined;
	disturbance: Disturbance | undefined;
}
const step: fc.Arbitrary<Step> = fc.record({
	act: fc.constantFrom("submit", "submit", "claim", "commit", "fail", "release", "cancel", "expire", "wait"),
	job: fc.constantFrom(...JOBS),
	tenant: fc.constantFrom(...TENANTS),
	key: fc.constantFrom("k", undefined),
	disturbance: fc.constantFrom(undefined, undefined, "lose", "fail"),
});

/** What a worker holds of each job: it may be long outdated. */
type Held = Map<string, JobRecord>;

async function take({ aws, clock, store, claims }: Setup, held: Held, given: Step): Promise<void> {
	const { act, job, tenant, key, disturbance } = given;
	const known = jobIn(aws, job);
	const claim = held.get(job);
	if (disturbance) for (const write of ["TransactWriteItems", "UpdateItem"]) aws.disturbances.set(write, disturbance);
	switch (act) {
		case "wait":
			clock.nowMs += 40_000;
			break;
		case "submit": {
			if (known && known.tenant !== tenant) break;
			const outcome = await store.submit({ job: jobOf(job, tenant), keySha256: key, jobsInFlightMax: MAX });
			if (!known) expect(outcome.kind === "submitted").to.equal(jobIn(aws, job) !== undefined);
			if (outcome.kind === "repeated") expect(outcome.known.job).to.not.equal(job);
			if (outcome.kind === "full") expect(inFlightIn(aws, tenant)).to.equal(MAX);
			break;
		}
		case "claim": {
			const outcome = await claims.claim(job);
			if (outcome.kind === "claimed") held.set(job, outcome.job);
			break;
		}
		case "commit":
			if (claim) await claims.commit(claim, { response: "{}" });
			break;
		case "fail":
			if (claim) await claims.fail(claim, { code: "X", message: "x" }, { isFinal: false, delaySeconds: 0 });
			break;
		case "release":
			if (claim) await claims.release(claim, 0);
			break;
		case "cancel":
			if (known) await store.end(known, { state: "CANCELLED" });
			break;
		case "expire":
			if (known) await store.end(known, { state: "EXPIRED", error: { code: "EXPIRED", message: "x" } });
	}
	aws.disturbances.clear();
}

describe("functions/shared/jobs/job-table", () => {
	it("keeps a place for each job that has not ended, one job for a key, and ended jobs as they ended", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
				const setup = setUp();
				const { aws } = setup;
				const held: Held = new Map();
				const endings = new Map<string, JobRecord>();
				for (const given of steps) {
					await take(setup, held, given);
					const jobs = JOBS.flatMap((job) => jobIn(aws, job) ?? []);
					for (const tenant of TENANTS) {
						const open = jobs.filter((job) => job.tenant === tenant && !isEnded(job.state));
						expect(inFlightIn(aws, tenant), JSON.stringify(given)).to.equal(open.length);
						expect(open.length).to.be.at.most(MAX);
					}
					for (const job of jobs) {
						const ending = endings.get(job.job);
						if (ending) expect(job).to.deep.equal(ending);
						if (isEnded(job.state)) endings.set(job.job, job);
						expect(job.open === undefined).to.equal(isEnded(job.state));
					}
				}
			}),
			{ numRuns: 150 },
		);
	});

	it("knows a job that it has written in a try whose answer was lost", async () => {
		const { aws, store } = setUp();
		aws.disturbances.set("TransactWriteItems", "lose");
		const submission = { job: jobOf("j0", "acme"), keySha256: "k", jobsInFlightMax: 1 };
		expect(await store.submit(submission)).to.deep.equal({ kind: "submitted" });
		expect(aws.calls.filter((call) => call === "TransactWriteItems")).to.have.length(2);
		expect(inFlightIn(aws, "acme")).to.equal(1);
	});

	it("prefers the key to the full house: a repeated submission is no new job", async () => {
		const { store } = setUp();
		await store.submit({ job: jobOf("j0", "acme"), keySha256: "k", jobsInFlightMax: 1 });
		const again = await store.submit({ job: jobOf("j1", "acme"), keySha256: "k", jobsInFlightMax: 1 });
		expect(again.kind === "repeated" && again.known.job).to.equal("j0");
		const other = await store.submit({ job: jobOf("j1", "acme"), keySha256: "other", jobsInFlightMax: 1 });
		expect(other).to.deep.equal({ kind: "full" });
	});

	it("throws what the table threw where it stays unreachable, and has written nothing", async () => {
		const aws = new MemoryAws();
		const store = jobTable({
			client: aws.clients().dynamodb,
			table: JOBS_TABLE,
			now: () => START_MS,
			pause: async () => 0,
		});
		aws.disturbances.set("TransactWriteItems", "fail");
		const submission = { job: jobOf("j0", "acme"), keySha256: undefined, jobsInFlightMax: 1 };
		const thrown = await store.submit(submission).catch((error: unknown) => error);
		expect(thrown).to.be.an("error").with.property("name", "InternalServerError");
		expect(aws.dynamodb.item(JOBS_TABLE, inFlightKey("acme", "tumour-risk"))).to.equal(undefined);
	});
});
