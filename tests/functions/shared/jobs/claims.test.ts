/**
 * What claims promise, whoever keeps them: over any interleaving of workers, crashes, duplicate deliveries, cancellations and
 * lapses of leases a job is ended at most once, and none is lost. The table's adapter over DynamoDB's own rules, also with
 * answers that are lost and transactions that meet; and the twin that the worker's tests and bench use.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import fc from "fast-check";
import { inFlightKey, isEnded, JOB_LIMITS, type JobRecord, jobKey } from "../../../../charter/jobs.ts";
import type { Claim, Claims } from "../../../../functions/shared/jobs/claims.ts";
import { claimsTable } from "../../../../functions/shared/jobs/claims-table.ts";
import { MemoryAws } from "../../../support/functions-aws.ts";
import { jobRecord, MemoryJobs } from "../../../support/worker-memory.ts";

const TABLE = "jobs";
const START_MS = 1_700_000_000_000;
const LEASE_MS = JOB_LIMITS.leaseSeconds * 1000;

/** The claims under test, and a way to look at and into what they keep. */
interface Subject {
	claimsOf(worker: string): Claims;
	add(record: JobRecord): void;
	/** By its tenant, as the API does it. */
	cancel(job: string): void;
	record(job: string): JobRecord;
	inFlight(tenant: string): number;
}
interface Clock {
	nowMs: number;
}

function twin(clock: Clock): Subject {
	const jobs = new MemoryJobs({ now: () => clock.nowMs });
	const record = (job: string) => jobs.records.get(job) ?? jobRecord();
	return {
		claimsOf: () => jobs,
		add: (added) => jobs.add(added),
		cancel: (job) => {
			jobs.records.set(job, { ...record(job), state: "CANCELLED" });
			jobs.inFlight.set("acme", (jobs.inFlight.get("acme") ?? 0) - 1);
		},
		record,
		inFlight: (tenant) => jobs.inFlight.get(tenant) ?? 0,
	};
}

/** What the network does to one call of the table. */
type Trouble = "none" | "conflict" | "lostAnswer" | "lostRequest";

function table(clock: Clock, troubles: () => Trouble): Subject {
	const aws = new MemoryAws();
	const { dynamodb } = aws.clients();
	trouble(dynamodb, troubles);
	const put = (record: object) => aws.dynamodb.put(TABLE, marshall(record, { removeUndefinedValues: true }));
	const inFlight = (tenant: string) =>
		Number(aws.dynamodb.item(TABLE, inFlightKey(tenant, "digit-reader"))?.jobs?.N ?? 0);
	const record = (job: string) => unmarshall(aws.dynamodb.item(TABLE, jobKey(job)) ?? {}) as JobRecord;
	const setInFlight = (change: number) =>
		put({ pk: inFlightKey("acme", "digit-reader"), jobs: inFlight("acme") + change });
	return {
		claimsOf: (worker) =>
			claimsTable({
				client: dynamodb,
				table: TABLE,
				worker,
				now: () => clock.nowMs,
				pause: async () => {},
				random: () => 0,
			}),
		add: (added) => {
			put(added);
			setInFlight(1);
		},
		cancel: (job) => {
			put({ ...record(job), state: "CANCELLED" });
			setInFlight(-1);
		},
		record,
		inFlight,
	};
}

function trouble(client: DynamoDBClient, next: () => Trouble): void {
	const serverError = (name: string, httpStatusCode: number) =>
		new DynamoDBServiceException({ name, $fault: "server", message: name, $metadata: { httpStatusCode } });
	client.middlewareStack.add(
		(handler) => async (args) => {
			const kind = next();
			if (kind === "conflict") throw serverError("TransactionConflictException", 400);
			if (kind === "lostRequest") throw new Error("connect ECONNREFUSED");
			const answer = await handler(args);
			if (kind === "lostAnswer") throw new Error("socket hang up");
			return answer;
		},
		{ step: "initialize", name: "trouble" },
	);
}

const JOBS = ["one", "two", "three"] as const;
const WORKERS = ["a", "b"] as const;

interface Step {
	do: string;
	worker: number;
	job: number;
}
const step: fc.Arbitrary<Step> = fc.oneof(
	fc.record({
		do: fc.constantFrom("claim", "commit", "poison", "fail", "release", "beat", "forget"),
		worker: fc.nat(1),
		job: fc.nat(2),
	}),
	fc.record({ do: fc.constant("crash"), worker: fc.nat(1), job: fc.constant(0) }),
	fc.record({ do: fc.constant("cancel"), worker: fc.constant(0), job: fc.nat(2) }),
	fc.record({ do: fc.constantFrom("wait", "lapse"), worker: fc.constant(0), job: fc.constant(0) }),
);
/** One worker is too slow: another takes its job over, and then it comes back with whatever it had in mind. */
const overtaking = fc
	.record({ slow: fc.nat(1), job: fc.nat(2), after: fc.constantFrom("commit", "poison", "fail", "release", "beat") })
	.map(({ slow, job, after }) => [
		{ do: "claim", worker: slow, job },
		{ do: "lapse", worker: 0, job: 0 },
		{ do: "claim", worker: 1 - slow, job },
		{ do: after, worker: slow, job },
	]);
const single = step.map((one) => [one]);
const schedules = fc
	.array(fc.oneof({ weight: 4, arbitrary: single }, { weight: 1, arbitrary: overtaking }), {
		minLength: 5,
		maxLength: 60,
	})
	.map((parts) => parts.flat());

const failure = { code: "INTERNAL", message: "It failed." };

/** Plays a schedule and then lets one worker finish what is left; checks the promises at each step. */
async function play(subject: Subject, clock: Clock, schedule: readonly Step[]) {
	const claims = WORKERS.map((worker) => subject.claimsOf(worker));
	/** What each worker believes to hold, the lapsed and repeated too. */
	const held: Claim[][] = [[], []];
	const ends = new Map<string, string>();
	for (const job of JOBS) subject.add(jobRecord({ job }));

	const noteEnd = (job: string, attempt: number, how: string) => {
		const end = `${how} by attempt ${attempt}`;
		expect(ends.get(job) ?? end, `${job} ended twice`).to.equal(end);
		ends.set(job, end);
	};
	const claim = async (worker: number, job: string) => {
		const before = subject.record(job);
		const outcome = await claims[worker]?.claim(job);
		if (outcome?.kind !== "claimed") return;
		expect(outcome.job.attempt).to.equal(before.attempt + 1);
		expect(outcome.job.leaseUntilMs).to.equal(clock.nowMs + LEASE_MS);
		held[worker]?.push(outcome.job);
	};
	const settle = async (how: string, worker: number, job: string) => {
		const mine = held[worker]?.findLast((candidate) => candidate.job === job);
		const own = claims[worker];
		if (!mine || !own) return;
		if (how === "commit" && (await own.commit(mine, { response: `by ${mine.attempt}` })).kind === "committed")
			noteEnd(job, mine.attempt, "SUCCEEDED");
		if (how === "poison" && (await own.fail(mine, failure, { isFinal: true, delaySeconds: 0 })).kind === "failed")
			noteEnd(job, mine.attempt, "FAILED");
		if (how === "fail" && (await own.fail(mine, failure, { isFinal: false, delaySeconds: 0 })).kind === "failed")
			noteEnd(job, mine.attempt, "FAILED");
		if (how === "release") await own.release(mine, 0);
		if (how === "beat") await own.heartbeat(mine);
		if (how === "forget") held[worker]?.splice(0);
	};
	const check = () => {
		const open = JOBS.filter((job) => !isEnded(subject.record(job).state));
		expect(subject.inFlight("acme"), "places in flight").to.equal(open.length);
	};

	for (const { do: what, worker, job } of schedule) {
		const name = JOBS[job] ?? "one";
		if (what === "claim") await claim(worker, name);
		else if (what === "crash") held[worker] = [];
		else if (what === "wait") clock.nowMs += LEASE_MS / 3;
		else if (what === "lapse") clock.nowMs += LEASE_MS + 1;
		else if (what === "cancel") {
			if (!isEnded(subject.record(name).state)) {
				subject.cancel(name);
				ends.set(name, "CANCELLED");
			}
		} else await settle(what, worker, name);
		check();
	}
	clock.nowMs += LEASE_MS + 1;
	for (const job of JOBS) {
		await claim(0, job);
		await settle("commit", 0, job);
		const record = subject.record(job);
		expect(isEnded(record.state), `${job} is lost`).to.equal(true);
		expect(ends.get(job), job).to.match(new RegExp(`^${record.state}`));
		if (record.state === "SUCCEEDED") expect(record.response).to.equal(`by ${record.attempt}`);
	}
	check();
}

describe("functions/shared/jobs/claims", () => {
	it("end each job once and lose none over any interleaving, kept in memory", () =>
		fc.assert(
			fc.asyncProperty(schedules, async (schedule) => {
				const clock = { nowMs: START_MS };
				await play(twin(clock), clock, schedule);
			}),
			{ numRuns: 500 },
		));
	it("end each job once and lose none over any interleaving, kept in the table", () =>
		fc.assert(
			fc.asyncProperty(schedules, async (schedule) => {
				const clock = { nowMs: START_MS };
				await play(
					table(clock, () => "none"),
					clock,
					schedule,
				);
			}),
			{ numRuns: 150 },
		));
	it("do so while answers are lost, requests are lost and transactions meet", () =>
		fc.assert(
			fc.asyncProperty(
				schedules,
				fc.infiniteStream(
					fc.oneof(
						{ weight: 3, arbitrary: fc.constant<Trouble>("none") },
						{ weight: 1, arbitrary: fc.constantFrom<Trouble>("conflict", "lostAnswer", "lostRequest") },
					),
				),
				async (schedule, stream) => {
					const clock = { nowMs: START_MS };
					// Never eight in a row: that an outage outlasts all tries is another test's.
					let inARow = 0;
					const next = (): Trouble => {
						const kind = stream.next().value ?? "none";
						inARow = kind === "none" ? 0 : inARow + 1;
						return inARow > 6 ? "none" : kind;
					};
					await play(table(clock, next), clock, schedule);
				},
			),
			{ numRuns: 150 },
		));
});
