/** Submitting through the function's public door: what is stored, sent and answered. */
import { createHash } from "node:crypto";
import { expect } from "chai";
import { inFlightKey, requestObjectKey } from "../../../charter/jobs.ts";
import { errorOf } from "../../support/functions-api.ts";
import {
	bodyOf,
	JOBS_TABLE,
	jobsFixture,
	largeBody,
	QUEUE_A,
	QUEUE_B,
	requestBody,
	START_MS,
	unbounded,
} from "../../support/functions-jobs.ts";
import { MODEL, putRoute, putVersion, versionRecord } from "../../support/functions-predict.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const idOf = (answer: Parameters<typeof bodyOf>[0]) => String(bodyOf(answer).id);

describe("functions/submit", () => {
	it("answers 202 with the job's place, what it is now and when to ask", async () => {
		const { submit } = jobsFixture();
		const answer = await submit();
		const id = idOf(answer);
		expect(answer.statusCode).to.equal(202);
		expect(answer.headers).to.include({ location: `/v2/jobs/${id}`, "retry-after": "10" });
		expect(bodyOf(answer)).to.deep.equal({
			id,
			model: MODEL,
			version: "3",
			state: "QUEUED",
			createdAt: "2026-01-01T00:00:00.000Z",
		});
	});

	it("writes the job whole, its small request in it, and one place in flight", async () => {
		const { submit, job, inFlight } = jobsFixture();
		const answer = await submit({ headers: { "x-request-id": "r-1" } });
		const id = idOf(answer);
		expect(job(id)).to.deep.equal({
			pk: `JOB#${id}`,
			job: id,
			tenant: "acme",
			model: MODEL,
			version: 3,
			variant: "champion",
			slot: "a",
			state: "QUEUED",
			attempt: 0,
			failures: 0,
			createdAtMs: START_MS,
			request: requestBody(),
			requestSha256: sha256(requestBody()),
			requestId: "r-1",
			traceparent: answer.headers?.traceparent,
			open: `MODEL#${MODEL}`,
			dueAtMs: START_MS + 60_000,
			expiresAt: START_MS / 1000 + 48 * 3600,
		});
		expect(inFlight()).to.equal(1);
	});

	it("sends a pointer to the queue of the route's slot, grouped by tenant", async () => {
		const { aws, submit } = jobsFixture();
		putRoute(aws, [{ name: "challenger", version: 3, weight: 100, slot: "b" }]);
		const answer = await submit({ headers: { "x-request-id": "r-2" } });
		expect(aws.sqs.messages(QUEUE_A)).to.deep.equal([]);
		const [message] = aws.sqs.messages(QUEUE_B);
		expect(message?.groupId).to.equal("acme");
		expect(JSON.parse(message?.body ?? "")).to.deep.equal({
			job: idOf(answer),
			tenant: "acme",
			model: MODEL,
			version: 3,
			requestId: "r-2",
			traceparent: answer.headers?.traceparent,
		});
	});

	it("puts a large request into the bucket, and only its key into the record", async () => {
		const { aws, submit, job } = jobsFixture();
		const id = idOf(await submit({ body: largeBody() }));
		const key = requestObjectKey("acme", id);
		expect(job(id))
			.to.include({ requestKey: key, requestSha256: sha256(largeBody()) })
			.and.not.have.property("request");
		expect(Buffer.from(aws.objects.get(key) ?? []).toString()).to.equal(largeBody());
	});

	it("takes a body in base64", async () => {
		const { submit, job } = jobsFixture();
		const answer = await submit({ body: Buffer.from(requestBody()).toString("base64"), isBase64Encoded: true });
		expect(job(idOf(answer))?.request).to.equal(requestBody());
	});

	it("keeps the callback with the key that signs it", async () => {
		const { submit, job } = jobsFixture();
		const answer = await submit({ headers: { "x-callback-url": "https://hooks.example.com/done" } });
		expect(bodyOf(answer).callback).to.deep.equal({ url: "https://hooks.example.com/done", state: "PENDING" });
		expect(job(idOf(answer))?.callback).to.deep.equal({
			url: "https://hooks.example.com/done",
			signingKey: "key-of-acme",
		});
	});

	it("accepts a job whose message cannot be sent: the sweeper sends it", async () => {
		const { aws, clock, submit, sweep, lines } = jobsFixture();
		aws.disturbances.set("SendMessage", "fail");
		const answer = await submit();
		expect(answer.statusCode).to.equal(202);
		expect(lines.records.map(({ level }) => level)).to.deep.equal(["WARN", "INFO"]);
		aws.disturbances.clear();
		clock.nowMs += 61_000;
		expect(await sweep()).to.include({ resent: 1 });
		expect(JSON.parse(aws.sqs.messages(QUEUE_A)[0]?.body ?? "").job).to.equal(idOf(answer));
	});

	it("counts what it refuses, and leaves what it accepts to those who end it", async () => {
		const { submit, lines } = jobsFixture();
		await submit();
		expect(lines.metrics).to.deep.equal([]);
		await submit({ body: "{" });
		expect(lines.metrics[0]).to.include({ model: MODEL, Requests: 1, Errors: 0, Throttled: 0 });
	});

	it("says in its record whose request it was, and for which model and team", async () => {
		const { submit, lines } = jobsFixture();
		await submit();
		expect(lines.records[0]).to.include({
			message: "submit",
			tenant: "acme",
			model: MODEL,
			team: "vision",
			feature: "reading",
			version: 3,
			variant: "champion",
			status: 202,
		});
	});

	it("says what the model takes, and whether it can", async () => {
		const { submit } = jobsFixture();
		const metadata = await submit({ method: "GET", resource: `/v2/models/${MODEL}`, body: null });
		expect(bodyOf(metadata)).to.deep.include({ name: MODEL, versions: ["3"] });
		const ready = await submit({ method: "GET", resource: `/v2/models/${MODEL}/ready`, body: null });
		expect(ready).to.deep.include({ statusCode: 200, body: `{"name":"${MODEL}","ready":true}` });
	});

	it("is not ready before a version is registered", async () => {
		const { submit } = jobsFixture({ isRegistered: false });
		const answer = await submit({ method: "GET", resource: `/v2/models/${MODEL}/ready`, body: null });
		expect(errorOf(answer)).to.include({ status: 503, code: "UNAVAILABLE", retryAfter: "5" });
	});

	describe("with an Idempotency-Key", () => {
		const headers = { "idempotency-key": "order-1" };

		it("makes one job of the same request, however often it is sent, and answers with what it is by then", async () => {
			const { aws, submit, cancel, inFlight } = jobsFixture();
			const first = await submit({ headers });
			const again = await submit({ headers });
			expect(again).to.deep.include({ statusCode: 202, body: first.body });
			expect(again.headers?.location).to.equal(first.headers?.location);
			expect([aws.sqs.messages(QUEUE_A).length, inFlight()]).to.deep.equal([1, 1]);
			await cancel(idOf(first));
			const later = await submit({ headers });
			expect(later.statusCode).to.equal(202);
			expect(bodyOf(later)).to.include({ id: idOf(first), state: "CANCELLED" });
		});

		it("answers with the same job where the model takes other inputs by now, and refuses the request under a new key", async () => {
			const { aws, clock, submit } = jobsFixture();
			const first = await submit({ headers });
			const inputs = [{ name: "picture", datatype: "FP32" as const, shape: [-1, 2] }];
			const outputs = [{ name: "digit", datatype: "INT64" as const, shape: [-1] }];
			putVersion(aws, versionRecord(4, { signature: { inputs, outputs } }));
			putRoute(aws, [{ name: "champion", version: 4, weight: 100 }]);
			clock.nowMs += 10_000;
			const again = await submit({ headers });
			expect(again.statusCode).to.equal(202);
			expect(bodyOf(again)).to.include({ id: idOf(first), version: "3" });
			expect(errorOf(await submit({ headers: { "idempotency-key": "order-2" } }))).to.include({ status: 400 });
		});

		it("refuses another request under the same key", async () => {
			const { submit } = jobsFixture();
			await submit({ headers });
			expect(errorOf(await submit({ headers, body: requestBody(2) }))).to.include({
				status: 422,
				code: "IDEMPOTENCY_MISMATCH",
			});
		});

		it("keeps keys of tenants apart", async () => {
			const { submit } = jobsFixture();
			const first = await submit({ headers });
			const other = await submit({ headers, body: requestBody(2), tenant: { ...unbounded, tenant: "umbrella" } });
			expect(other.statusCode).to.equal(202);
			expect(idOf(other)).to.not.equal(idOf(first));
		});

		it("answers with the same job where the tenant has no place left", async () => {
			const { submit } = jobsFixture();
			const tenant = { ...unbounded, maxJobsInFlight: "1" };
			const first = await submit({ headers, tenant });
			expect(idOf(await submit({ headers, tenant }))).to.equal(idOf(first));
		});

		it("forgets the key after a day, though DynamoDB has not deleted it yet", async () => {
			const { clock, submit } = jobsFixture();
			const first = await submit({ headers });
			clock.nowMs += 24 * 3_600_000;
			const second = await submit({ headers, body: requestBody(2) });
			expect(second.statusCode).to.equal(202);
			expect(idOf(second)).to.not.equal(idOf(first));
		});

		it("makes one job of many submissions at once", async () => {
			const { aws, submit, inFlight } = jobsFixture();
			const answers = await Promise.all(Array.from({ length: 8 }, () => submit({ headers })));
			expect(new Set(answers.map(idOf)).size).to.equal(1);
			expect([aws.sqs.messages(QUEUE_A).length, inFlight()]).to.deep.equal([1, 1]);
		});
	});

	describe("with too many jobs in flight", () => {
		const tenant = { ...unbounded, maxJobsInFlight: "2" };

		it("refuses with 429 and the time in which a place becomes free", async () => {
			const { submit, inFlight } = jobsFixture();
			await submit({ tenant });
			await submit({ tenant });
			const refused = errorOf(await submit({ tenant }));
			expect(refused).to.include({ status: 429, code: "TOO_MANY_JOBS", retryAfter: "10" });
			expect(refused.error).to.equal(
				`The tenant "acme" has 2 jobs on "${MODEL}" that have not ended, as many as it may. Wait until some have, or cancel some. Retry in 10 s.`,
			);
			expect(inFlight()).to.equal(2);
		});

		it("never goes over the most, whoever comes at once", async () => {
			const { submit, inFlight } = jobsFixture();
			const answers = await Promise.all(Array.from({ length: 10 }, () => submit({ tenant })));
			expect(answers.map(({ statusCode }) => statusCode).sort()).to.deep.equal([202, 202, ...Array(8).fill(429)]);
			expect(inFlight()).to.equal(2);
		});

		it("has a place again when a job was cancelled", async () => {
			const { submit, cancel } = jobsFixture();
			const first = await submit({ tenant });
			await submit({ tenant });
			await cancel(idOf(first));
			expect((await submit({ tenant })).statusCode).to.equal(202);
		});

		it("counts each tenant's own", async () => {
			const { submit, aws } = jobsFixture();
			await submit({ tenant: { ...tenant, maxJobsInFlight: "1" } });
			const other = await submit({ tenant: { ...tenant, tenant: "umbrella", maxJobsInFlight: "1" } });
			expect(other.statusCode).to.equal(202);
			expect(aws.dynamodb.item(JOBS_TABLE, inFlightKey("umbrella", MODEL))?.jobs).to.deep.equal({ N: "1" });
		});
	});

	it("takes the variant that has the route's weight", async () => {
		const { aws, submit, job } = jobsFixture();
		putVersion(aws, versionRecord(4, { signature: { inputs: [], outputs: [] } }));
		putRoute(aws, [
			{ name: "champion", version: 3, weight: 100, slot: "a" },
			{ name: "challenger", version: 4, weight: 0, slot: "b" },
		]);
		expect(job(idOf(await submit()))).to.include({ version: 3, variant: "champion", slot: "a" });
	});
});
