/** What a submission is refused for, each with its status and what to do; and that a refused one leaves nothing behind. */
import { expect } from "chai";
import { JOB_LIMITS } from "../../../charter/jobs.ts";
import { type ApiEventOptions, acme, errorOf } from "../../support/functions-api.ts";
import { JOBS_TABLE, jobsFixture, QUEUE_A, requestBody } from "../../support/functions-jobs.ts";
import { MODEL, putVersion, versionRecord } from "../../support/functions-predict.ts";

const TABLE: readonly [title: string, change: ApiEventOptions, status: number, code: string, says: string][] = [
	["no JSON", { body: "{" }, 400, "INVALID_REQUEST", "The body is no JSON at position 1"],
	["no body", { body: null }, 400, "INVALID_REQUEST", 'Send a JSON object with "inputs"'],
	[
		"an unknown input",
		{ body: JSON.stringify({ inputs: [{ name: "x", datatype: "FP32", shape: [1, 2], data: [0, 0] }] }) },
		400,
		"INVALID_REQUEST",
		'inputs[0] has the name "x", which the model does not have',
	],
	[
		"values that do not fit the shape",
		{ body: requestBody(1, { inputs: [{ name: "image", datatype: "FP32", shape: [2, 2], data: [1, 2] }] }) },
		400,
		"INVALID_REQUEST",
		"has 2 values, but its shape [2,2] holds 4",
	],
	["another type", { headers: { "content-type": "text/csv" } }, 415, "UNSUPPORTED_MEDIA_TYPE", 'is "text/csv"'],
	[
		"a body over the API's most",
		{ body: " ".repeat(JOB_LIMITS.bodyMaxBytes + 1) },
		413,
		"PAYLOAD_TOO_LARGE",
		"The body has 4194305 bytes, more than the 4194304 of one request. Split the rows over several requests, or put this one where POST …/uploads says",
	],
	[
		"more rows than a job may have",
		{ body: requestBody(JOB_LIMITS.rowsMax + 1) },
		413,
		"PAYLOAD_TOO_LARGE",
		"has 65537 rows, more than the 65536",
	],
	[
		"a key that is too long",
		{ headers: { "idempotency-key": "k".repeat(256) } },
		400,
		"INVALID_REQUEST",
		"has 256 characters or one that is not visible",
	],
	["an empty key", { headers: { "idempotency-key": "" } }, 400, "INVALID_REQUEST", "Send 1 to 255 visible ASCII"],
	["a key with a space", { headers: { "idempotency-key": "a b" } }, 400, "INVALID_REQUEST", "visible ASCII"],
	[
		"a callback over http",
		{ headers: { "x-callback-url": "http://hooks.example.com/" } },
		400,
		"INVALID_REQUEST",
		'starts with "http:"',
	],
	[
		"a callback to a private address",
		{ headers: { "x-callback-url": "https://169.254.169.254/latest" } },
		400,
		"INVALID_REQUEST",
		'names the host "169.254.169.254"',
	],
	[
		"an upload's id that is none",
		{ body: null, headers: { "x-upload-id": "../other" } },
		400,
		"INVALID_REQUEST",
		"which is no upload's id",
	],
	["a deadline that is none", { headers: { "x-request-timeout-ms": "soon" } }, 400, "INVALID_REQUEST", "whole number"],
	["no tenant", { tenant: {} }, 401, "UNAUTHENTICATED", "carries no tenant"],
	["another method", { method: "PUT" }, 405, "METHOD_NOT_ALLOWED", "Use POST"],
	["another path", { resource: "/v2/models/other/infer" }, 404, "NOT_FOUND", "is no path of a queued model"],
	[
		"a version in the path",
		{ resource: `/v2/models/${MODEL}/versions/{version}/infer` },
		404,
		"NOT_FOUND",
		"is no path",
	],
];

describe("functions/submit, refusals", () => {
	for (const [title, change, status, code, says] of TABLE)
		it(`refuses ${title} with ${status}, and stores and sends nothing`, async () => {
			const { aws, submit } = jobsFixture();
			const refused = errorOf(await submit(change));
			expect(refused).to.include({ status, code });
			expect(refused.error).to.include(says);
			expect(aws.dynamodb.items(JOBS_TABLE)).to.deep.equal([]);
			expect(aws.sqs.messages(QUEUE_A)).to.deep.equal([]);
		});

	it("refuses entities: whoever works on a job has no feature table", async () => {
		const { aws, submit } = jobsFixture();
		putVersion(aws, versionRecord(3));
		const body = JSON.stringify({ inputs: [{ name: "patient_id", datatype: "BYTES", shape: [1], data: ["p1"] }] });
		expect(errorOf(await submit({ body })).error).to.include(
			'has the name "patient_id", which the model does not have',
		);
	});

	it("refuses a tenant over its rate, before anything is read of the body", async () => {
		const { submit } = jobsFixture();
		const tenant = { ...acme, rps: "1", burst: "1" };
		expect((await submit({ tenant })).statusCode).to.equal(202);
		expect(errorOf(await submit({ tenant, body: "{" }))).to.include({
			status: 429,
			code: "THROTTLED",
			retryAfter: "1",
		});
	});

	it("answers 503 where the table fails, with a bid to try again by the same key", async () => {
		const { aws, submit } = jobsFixture();
		aws.dynamodb.TransactWriteItems = () => {
			throw new TypeError("no table");
		};
		const refused = errorOf(await submit());
		expect(refused).to.include({ status: 503, code: "UNAVAILABLE", retryAfter: "1" });
		expect(refused.error).to.equal(
			"The job cannot be stored now; sent again under the same idempotency-key it makes no second one. Try again.",
		);
	});

	it("answers 503 where the payload cannot be stored, and has no job of it", async () => {
		const { aws, submit, inFlight } = jobsFixture();
		aws.disturbances.set("PutObject", "fail");
		expect(errorOf(await submit({ body: requestBody(2_000) }))).to.include({ status: 503, retryAfter: "1" });
		expect(inFlight()).to.equal(0);
	});

	it("has made one job where the answer to its write was lost", async () => {
		const { aws, submit, inFlight } = jobsFixture();
		aws.disturbances.set("TransactWriteItems", "lose");
		const answering = submit();
		setTimeout(() => aws.disturbances.clear(), 30);
		expect((await answering).statusCode).to.equal(202);
		expect(inFlight()).to.equal(1);
		expect(aws.sqs.messages(QUEUE_A)).to.have.length(1);
	});

	it("answers 504 where the table does not, within the caller's time", async () => {
		const { aws, submit } = jobsFixture();
		await submit();
		aws.disturbances.set("TransactWriteItems", "hang");
		const answer = await submit({ headers: { "x-request-timeout-ms": "60" } });
		expect(errorOf(answer)).to.include({ status: 504, code: "DEADLINE_EXCEEDED" });
	});
});
