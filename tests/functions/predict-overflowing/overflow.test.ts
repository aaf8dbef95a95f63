/** A realtime model that overflows: what it answers at once as ever, and what it makes a job of. */
import { expect } from "chai";
import { JOB_LIMITS } from "../../../charter/jobs.ts";
import { errorOf } from "../../support/functions-api.ts";
import { bodyOf, QUEUE_A, unbounded } from "../../support/functions-jobs.ts";
import { overflowFixture, rowsOf } from "../../support/functions-overflow.ts";
import { inferBody } from "../../support/functions-predict.ts";

const large = inferBody(rowsOf(300));

describe("functions/predict-overflowing", () => {
	it("answers at once what it can, and touches neither table nor queue of jobs", async () => {
		const { aws, infer, lines } = overflowFixture();
		expect((await infer()).statusCode).to.equal(200);
		expect(aws.calls).to.not.include.members(["TransactWriteItems"]).and.not.include("SendMessage");
		expect(lines.metrics).to.have.length(1);
	});

	it("makes a job of a request with more rows than can be answered at once", async () => {
		const { aws, infer, job, inFlight, lines } = overflowFixture();
		const answer = await infer({ body: large });
		const { id } = bodyOf(answer);
		expect(answer.statusCode).to.equal(202);
		expect(answer.headers).to.include({ location: `/v2/jobs/${id}`, "retry-after": "10" });
		expect(job(id)).to.include({ state: "QUEUED", model: "tumour-risk", version: 1, slot: "a" });
		expect(aws.sqs.messages(QUEUE_A)).to.have.length(1);
		expect(inFlight()).to.equal(1);
		// It counts when it has ended.
		expect(lines.metrics).to.deep.equal([]);
	});

	it("makes a job of a request over the realtime payload, up to what the API takes", async () => {
		const { infer } = overflowFixture();
		const padded = (bytes: number) => large + " ".repeat(bytes - large.length);
		expect((await infer({ body: padded(1024 * 1024 + 1) })).statusCode).to.equal(202);
		expect(errorOf(await infer({ body: padded(JOB_LIMITS.bodyMaxBytes + 1) }))).to.include({
			status: 413,
			code: "PAYLOAD_TOO_LARGE",
		});
	});

	it("makes a job of a request whose caller waits shorter than the model's budget", async () => {
		const { infer } = overflowFixture();
		await infer();
		const headers = { "x-request-timeout-ms": "199" };
		expect((await infer({ headers })).statusCode).to.equal(202);
	});

	it("makes a job of a request whose caller prefers one", async () => {
		const { infer } = overflowFixture();
		expect((await infer({ headers: { prefer: "respond-async" } })).statusCode).to.equal(202);
		expect((await infer({ headers: { prefer: "wait=5" } })).statusCode).to.equal(200);
	});

	it("keeps the tenant's places, keys and callbacks as a queued model does", async () => {
		const { infer, job } = overflowFixture();
		const headers = { "idempotency-key": "k", "x-callback-url": "https://hooks.example.com/" };
		const tenant = { ...unbounded, maxJobsInFlight: "1" };
		const { id } = bodyOf(await infer({ body: large, headers, tenant }));
		expect(bodyOf(await infer({ body: large, headers, tenant })).id).to.equal(id);
		expect(job(id)?.callback?.url).to.equal("https://hooks.example.com/");
		expect(errorOf(await infer({ body: large, tenant }))).to.include({ status: 429, code: "TOO_MANY_JOBS" });
	});

	it("counts a job once, also where its result is the answer", async () => {
		const { infer, drain, lines } = overflowFixture();
		const headers = { "idempotency-key": "k", prefer: "wait=5" };
		expect((await infer({ body: large, headers })).statusCode).to.equal(202);
		await drain();
		expect(lines.metrics).to.have.length(1);
		expect((await infer({ body: large, headers })).statusCode).to.equal(200);
		expect(lines.metrics).to.have.length(1);
	});

	it("refuses what is wrong before it becomes a job", async () => {
		const { infer, inFlight } = overflowFixture();
		const body = inferBody(rowsOf(300), { outputs: [{ name: "nothing" }] });
		expect(errorOf(await infer({ body }))).to.include({ status: 400, code: "INVALID_REQUEST" });
		expect(inFlight()).to.equal(0);
	});
});
