/** Requests by presigned upload: what is signed, whose it is, and what becomes of the object. */
import { expect } from "chai";
import { JOB_LIMITS, requestObjectKey, uploadObjectKey } from "../../../charter/jobs.ts";
import { errorOf } from "../../support/functions-api.ts";
import { bodyOf, jobsFixture, largeBody, requestBody, unbounded } from "../../support/functions-jobs.ts";
import { MODEL } from "../../support/functions-predict.ts";

type Fixture = ReturnType<typeof jobsFixture>;

const uploads = `/v2/models/${MODEL}/uploads`;
const askUpload = ({ submit }: Fixture, body: unknown, change: object = {}) =>
	submit({ resource: uploads, body: JSON.stringify(body), ...change });
const newUpload = async (fixture: Fixture, bytes = 5) => bodyOf(await askUpload(fixture, { bytes }));
/** An upload that was put, and its id. */
async function put(fixture: Fixture, content: string | Uint8Array, tenant = "acme"): Promise<string> {
	const { id } = await newUpload(fixture);
	fixture.aws.objects.set(uploadObjectKey(tenant, MODEL, String(id)), Buffer.from(content));
	return String(id);
}
const submitUpload = ({ submit }: Fixture, id: string, change: object = {}) =>
	submit({ body: null, headers: { "x-upload-id": id, ...change } });

describe("functions/submit, uploads", () => {
	it("answers 201 with a URL to put JSON of so many bytes to, for a quarter of an hour", async () => {
		const fixture = jobsFixture();
		const { id, url, ...rest } = await newUpload(fixture, 5_000_000);
		expect(rest).to.deep.equal({
			method: "PUT",
			headers: { "content-type": "application/json", "content-length": "5000000" },
			expiresAt: "2026-01-01T00:15:00.000Z",
		});
		const { pathname, searchParams } = new URL(String(url));
		expect(pathname).to.equal(`/${uploadObjectKey("acme", MODEL, String(id))}`);
		expect(searchParams.get("X-Amz-Expires")).to.equal("900");
		expect(searchParams.get("X-Amz-SignedHeaders")).to.equal("content-length;content-type;host");
		expect([...searchParams.keys()].filter((name) => name.includes("checksum"))).to.deep.equal([]);
	});

	it("signs up to the largest upload, and refuses the next byte with 413", async () => {
		const fixture = jobsFixture();
		expect((await askUpload(fixture, { bytes: JOB_LIMITS.uploadMaxBytes })).statusCode).to.equal(201);
		const answer = await askUpload(fixture, { bytes: JOB_LIMITS.uploadMaxBytes + 1 });
		expect(errorOf(answer)).to.include({ status: 413, code: "PAYLOAD_TOO_LARGE" });
	});

	it("signs nothing for who does not say how large it is", async () => {
		const fixture = jobsFixture();
		for (const body of [{}, { bytes: 0 }, { bytes: -1 }, { bytes: 1.5 }, { bytes: "5" }, [], null, 5])
			expect(errorOf(await askUpload(fixture, body)), JSON.stringify(body)).to.include({
				status: 400,
				code: "INVALID_REQUEST",
			});
		const empty = await fixture.submit({ resource: uploads, body: null });
		expect(errorOf(empty)).to.include({ status: 400, code: "INVALID_REQUEST" });
		expect(empty.body).to.contain('Send {\\"bytes\\": N}');
		expect(errorOf(await askUpload(fixture, { bytes: 5, why: "x".repeat(2_000) }))).to.include({ status: 413 });
	});

	it("makes a job of a large upload, copied to where nobody can change it", async () => {
		const fixture = jobsFixture();
		const id = await put(fixture, largeBody());
		const job = String(bodyOf(await submitUpload(fixture, id)).id);
		const key = requestObjectKey("acme", job);
		expect(fixture.job(job)?.requestKey).to.equal(key);
		expect(Buffer.from(fixture.aws.objects.get(key) ?? []).toString()).to.equal(largeBody());
	});

	it("makes a job of a small upload with the request in its record", async () => {
		const fixture = jobsFixture();
		const id = await put(fixture, requestBody());
		const job = String(bodyOf(await submitUpload(fixture, id)).id);
		expect(fixture.job(job)?.request).to.equal(requestBody());
	});

	it("makes the same job of the same upload, of another with the same content, and of a body, under one key", async () => {
		const fixture = jobsFixture();
		const key = { "idempotency-key": "k" };
		const [first, second] = [await put(fixture, requestBody()), await put(fixture, requestBody())];
		const answers = [
			await submitUpload(fixture, first, key),
			await submitUpload(fixture, first, key),
			await submitUpload(fixture, second, key),
			await fixture.submit({ headers: key }),
		];
		expect(new Set(answers.map((answer) => bodyOf(answer).id)).size).to.equal(1);
	});

	it("checks an upload as it checks a body", async () => {
		const fixture = jobsFixture();
		const noJson = await put(fixture, "{");
		expect(errorOf(await submitUpload(fixture, noJson)).error).to.include("The body is no JSON at position 1");
		const noText = await put(fixture, Uint8Array.of(0xff, 0xfe));
		expect(errorOf(await submitUpload(fixture, noText)).error).to.include("The body is no UTF-8 text");
	});

	it("does not find what was not put yet, nor what another tenant has put", async () => {
		const fixture = jobsFixture();
		const { id } = await newUpload(fixture);
		expect(errorOf(await submitUpload(fixture, String(id)))).to.include({ status: 404, code: "NOT_FOUND" });
		const others = await put(fixture, requestBody(), "umbrella");
		expect(errorOf(await submitUpload(fixture, others))).to.include({ status: 404, code: "NOT_FOUND" });
	});

	it("refuses an upload beside a body", async () => {
		const fixture = jobsFixture();
		const id = await put(fixture, requestBody());
		const answer = await fixture.submit({ headers: { "x-upload-id": id } });
		expect(errorOf(answer)).to.include({ status: 400, code: "INVALID_REQUEST" });
	});

	it("refuses one that is too large, without reading it", async () => {
		const fixture = jobsFixture();
		const id = await put(fixture, Buffer.alloc(JOB_LIMITS.uploadMaxBytes + 1, " "));
		expect(errorOf(await submitUpload(fixture, id))).to.include({ status: 413, code: "PAYLOAD_TOO_LARGE" });
		expect(fixture.aws.calls).to.not.include("GetObject");
	});

	it("reads only what it has looked at: one put in its place by then, however large, is answered 409", async () => {
		const fixture = jobsFixture();
		const id = await put(fixture, requestBody());
		const key = uploadObjectKey("acme", MODEL, id);
		const { get } = fixture.aws.objects;
		let reads = 0;
		fixture.aws.objects.get = (wanted) => {
			if (wanted === key) reads += 1;
			return reads > 1 && wanted === key ? Buffer.alloc(100, " ") : get.call(fixture.aws.objects, wanted);
		};
		expect(errorOf(await submitUpload(fixture, id))).to.include({ status: 409, code: "CONFLICT" });
		expect(reads).to.equal(2);
		expect(fixture.inFlight()).to.equal(0);
	});

	it("answers 409 where it was changed meanwhile, and has no job of it", async () => {
		const fixture = jobsFixture();
		const id = await put(fixture, largeBody());
		const key = uploadObjectKey("acme", MODEL, id);
		const { get } = fixture.aws.objects;
		let reads = 0;
		fixture.aws.objects.get = (wanted) => {
			if (wanted === key) reads += 1;
			// The copy's own read is the third, after head and get.
			return reads > 2 && wanted === key ? Buffer.from(requestBody(9)) : get.call(fixture.aws.objects, wanted);
		};
		expect(errorOf(await submitUpload(fixture, id))).to.include({ status: 409, code: "CONFLICT" });
		expect(fixture.inFlight()).to.equal(0);
	});

	it("spends a token of the tenant's rate for each URL", async () => {
		const fixture = jobsFixture();
		const tenant = { ...unbounded, rps: "1", burst: "1" };
		expect((await askUpload(fixture, { bytes: 5 }, { tenant })).statusCode).to.equal(201);
		expect(errorOf(await askUpload(fixture, { bytes: 5 }, { tenant }))).to.include({ status: 429 });
	});
});
