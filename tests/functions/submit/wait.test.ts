/** `Prefer: wait`: the result where it is there in time, and otherwise the job as it is by then. */
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import type { JobRecord } from "../../../charter/jobs.ts";
import { bodyOf, endedJob, JOBS_TABLE, jobIn, jobsFixture, START_MS } from "../../support/functions-jobs.ts";

type Fixture = ReturnType<typeof jobsFixture>;

/** What a worker would have done to the only job by now. */
const become = ({ aws }: Fixture, change: (job: JobRecord) => JobRecord): void => {
	const [pk = ""] = aws.dynamodb
		.items(JOBS_TABLE)
		.flatMap(({ pk: key }) => (key?.S?.startsWith("JOB#") ? [key.S] : []));
	const job = jobIn(aws, pk.slice("JOB#".length));
	if (job) aws.dynamodb.put(JOBS_TABLE, marshall(change(job), { removeUndefinedValues: true }));
};
const succeed = (job: JobRecord): JobRecord => endedJob("SUCCEEDED", { job: job.job });
const wait = (prefer: string) => ({ headers: { prefer } });

describe("functions/submit, Prefer: wait", () => {
	it("answers with the inference response itself as soon as it is there", async () => {
		const fixture = jobsFixture();
		fixture.pauses.push(
			() => undefined,
			() => become(fixture, succeed),
		);
		const answer = await fixture.submit(wait("wait=10"));
		expect(answer.statusCode).to.equal(200);
		expect(answer.body).to.equal('{"outputs":[{"name":"digit","data":[9007199254740993]}]}');
		expect(answer.headers).to.include({ "preference-applied": "wait=10" }).and.have.property("location");
		expect(answer.headers).to.not.have.property("retry-after");
		expect(fixture.clock.nowMs - START_MS).to.equal(100 + 150);
	});

	it("answers with a large result out of the bucket", async () => {
		const fixture = jobsFixture();
		fixture.aws.objects.set("jobs/acme/r.json", Buffer.from('{"outputs":[]}'));
		const toBucket = ({ job }: JobRecord) => {
			const { response, ...left } = endedJob("SUCCEEDED", { job, responseKey: "jobs/acme/r.json" });
			return left;
		};
		fixture.pauses.push(() => become(fixture, toBucket));
		expect(await fixture.submit(wait("wait=10"))).to.include({ statusCode: 200, body: '{"outputs":[]}' });
	});

	it("answers with the URL of a result that is too large for an answer", async () => {
		const fixture = jobsFixture();
		fixture.aws.objects.set("jobs/acme/r.json", Buffer.alloc(4 * 1024 * 1024 + 1, " "));
		const toBucket = ({ job }: JobRecord) => {
			const { response, ...left } = endedJob("SUCCEEDED", { job, responseKey: "jobs/acme/r.json" });
			return left;
		};
		fixture.pauses.push(() => become(fixture, toBucket));
		const answer = await fixture.submit(wait("wait=10"));
		expect(answer.statusCode).to.equal(202);
		expect(bodyOf(answer).resultUrl).to.match(
			/^https:\/\/artifacts\.s3\.eu-central-1\.amazonaws\.com\/jobs\/acme\/r\.json\?.*X-Amz-Expires=900/,
		);
	});

	it("answers 202 with the job as it is when the time is over", async () => {
		const fixture = jobsFixture();
		fixture.pauses.push(() => become(fixture, (job) => ({ ...job, state: "RUNNING", startedAtMs: START_MS })));
		const answer = await fixture.submit(wait("wait=3"));
		expect(answer.statusCode).to.equal(202);
		expect(bodyOf(answer)).to.include({ state: "RUNNING" });
		expect(answer.headers).to.include({ "preference-applied": "wait=3", "retry-after": "10" });
		expect(fixture.clock.nowMs - START_MS).to.equal(3_000);
	});

	it("answers 202 with the failed job at once", async () => {
		const fixture = jobsFixture();
		fixture.pauses.push(() => become(fixture, ({ job }) => endedJob("FAILED", { job })));
		const answer = await fixture.submit(wait("wait=25"));
		expect(answer.statusCode).to.equal(202);
		expect(bodyOf(answer)).to.deep.include({
			state: "FAILED",
			error: { code: "INVALID_REQUEST", message: "It is no image." },
		});
		expect(fixture.clock.nowMs - START_MS).to.equal(100);
	});

	it("waits no longer than it may, whatever was asked", async () => {
		const { clock, submit } = jobsFixture();
		expect((await submit(wait("wait=3600"))).headers).to.include({ "preference-applied": "wait=25" });
		expect(clock.nowMs - START_MS).to.equal(25_000);
	});

	it("goes on waiting where a look fails", async () => {
		const fixture = jobsFixture();
		fixture.pauses.push(
			() => fixture.aws.disturbances.set("GetItem", "fail"),
			() => {
				fixture.aws.disturbances.clear();
				become(fixture, succeed);
			},
		);
		expect((await fixture.submit(wait("wait=10"))).statusCode).to.equal(200);
	});

	for (const [prefer, seconds] of [
		['wait="2"', 2],
		["respond-async, wait=2", 2],
		["WAIT = 2; foo=bar", 2],
		["wait=2, wait=9", 2],
	] as const)
		it(`reads Prefer: ${prefer}`, async () => {
			const { clock, submit } = jobsFixture();
			await submit(wait(prefer));
			expect(clock.nowMs - START_MS).to.equal(seconds * 1_000);
		});

	for (const prefer of ["wait=0", "wait=-1", "wait=soon", "wait", "await=3", "", "return=minimal"])
		it(`does not wait for Prefer: ${prefer || "(nothing)"}`, async () => {
			const { clock, submit } = jobsFixture();
			expect((await submit(wait(prefer))).headers).to.not.have.property("preference-applied");
			expect(clock.nowMs).to.equal(START_MS);
		});
});
