/** What predict refuses: status, code and words, through its public door. What it answers while something behind it fails: faults.test.ts. */
import { expect } from "chai";
import { DEADLINE_HEADER } from "../../../charter/api.ts";
import { type ApiEventOptions, acme } from "../../support/functions-api.ts";
import { ids, infer, ROOT, refusal } from "../../support/functions-ask.ts";
import { heldOut, inferBody, predictFixture } from "../../support/functions-predict.ts";

/** Held-out rows over and over, as many as that. */
const rows = (count: number) =>
	Array.from({ length: count }, (_, i) => heldOut[i % heldOut.length]).flatMap((row) => row ?? []);

describe("functions/predict refuses", () => {
	for (const version of ["2", "0", "-1", "1.0", "01", "abc", "1000000", "", "1e2"])
		it(`says 404 to the version "${version}", which does not exist`, async () => {
			const resource = `${ROOT}/versions/{version}/infer`;
			expect(await refusal(predictFixture(), { resource, version })).to.include({
				status: 404,
				code: "NOT_FOUND",
				error: `The model "tumour-risk" has no version "${version}". Versions are whole numbers from 1; GET /v2/models/tumour-risk lists those that serve.`,
			});
		});

	const refused: [what: string, options: ApiEventOptions, status: number, code: string, error: RegExp][] = [
		["another model's path", { resource: "/v2/models/other/infer" }, 404, "NOT_FOUND", /is no path of the model/],
		["no tenant", { tenant: {} }, 401, "UNAUTHENTICATED", /Authorization: Bearer <token>/],
		["a tenant without a rate", { tenant: { ...acme, rps: "many" } }, 401, "UNAUTHENTICATED", /no tenant/],
		["text", { headers: { "Content-Type": "text/plain" } }, 415, "UNSUPPORTED_MEDIA_TYPE", /"text\/plain"/],
		["a compressed body", { headers: { "Content-Encoding": "gzip" } }, 415, "UNSUPPORTED_MEDIA_TYPE", /"gzip"/],
		[
			"binary tensors",
			{ headers: { "Inference-Header-Content-Length": "9" } },
			400,
			"INVALID_REQUEST",
			/^Binary tensors/,
		],
		["257 rows", { body: inferBody(rows(257)) }, 413, "PAYLOAD_TOO_LARGE", /has 257 rows.* Split the rows/],
		[
			"an entity id over the key's length",
			{ body: ids([{ id: "known" }, { id: "é".repeat(1100) }]) },
			400,
			"INVALID_REQUEST",
			/^"patient_id" has an id in row 1 of which no features can be stored: its key takes 2219 bytes/,
		],
		[
			"half a surrogate pair as entity id",
			{ body: ids([{ id: "\ud800" }]) },
			400,
			"INVALID_REQUEST",
			/^inputs\[0\] "patient_id" has half a surrogate pair as value 0, which is no BYTES\. Send a string of whole/,
		],
		["a body of a MiB and a byte", { body: " ".repeat(2 ** 20 + 1) }, 413, "PAYLOAD_TOO_LARGE", /1048577 bytes/],
		["no body", { body: null }, 400, "INVALID_REQUEST", /^The body is empty/],
		[
			"NaN",
			{ body: '{"inputs":[NaN]}' },
			400,
			"INVALID_REQUEST",
			/position 11 \(line 1, column 12\): unexpected "NaN\]}"/,
		],
		["text in no UTF-8", { body: "/w==", isBase64Encoded: true }, 400, "INVALID_REQUEST", /no UTF-8/],
		[
			"a wrong tensor",
			{ body: inferBody(heldOut.slice(0, 1)).replace("FP32", "FP64") },
			400,
			"INVALID_REQUEST",
			/FP64/,
		],
		[
			"an infinite value",
			{ body: inferBody(heldOut.slice(0, 1)).replace(/"data":\[[^,]+/, '"data":[1e999') },
			400,
			"INVALID_REQUEST",
			/Infinity as value 0/,
		],
		[
			"no deadline",
			{ headers: { [DEADLINE_HEADER]: "soon" } },
			400,
			"INVALID_REQUEST",
			/x-request-timeout-ms is "soon"/,
		],
		[
			"a deadline of four months",
			{ headers: { [DEADLINE_HEADER]: "9999999999" } },
			400,
			"INVALID_REQUEST",
			/is "9999999999"\. Send a whole number of milliseconds from 1 to 999999999\.$/,
		],
		[
			"an unknown entity",
			{ body: ids([{ id: "nobody" }]) },
			400,
			"INVALID_REQUEST",
			/"nobody" in row 0, of which no features/,
		],
	];
	for (const [what, options, status, code, error] of refused)
		it(`says ${status} to ${what}`, async () => {
			const answer = await refusal(predictFixture(), options);
			expect(answer).to.include({ status, code, requestId: "gateway-request" });
			expect(answer.error).to.match(error);
		});

	it("accepts application/json with parameters, and a body without a type as Triton's clients send it", async () => {
		const fixture = predictFixture();
		expect(await infer(fixture, { headers: { "Content-Type": "Application/JSON; charset=utf-8" } })).to.include({
			statusCode: 200,
		});
		expect(await infer(fixture, { headers: {} })).to.include({ statusCode: 200 });
	});

	for (const [method, path, allow] of [
		["GET", "/infer", "POST"],
		["DELETE", "", "GET"],
		["POST", "/ready", "GET"],
	] as const)
		it(`says 405 to ${method} on "${path}", and what is allowed`, async () => {
			expect(await refusal(predictFixture(), { method, resource: `${ROOT}${path}` })).to.include({
				status: 405,
				code: "METHOD_NOT_ALLOWED",
				allow,
			});
		});

	it("says 429 with Retry-After to a tenant over its rate, without reading its body", async () => {
		const fixture = predictFixture();
		const tenant = { ...acme, rps: "1", burst: "2" };
		await infer(fixture, { tenant });
		await infer(fixture, { tenant });
		expect(await refusal(fixture, { tenant, body: "no JSON" })).to.include({
			status: 429,
			code: "THROTTLED",
			retryAfter: "1",
		});
		expect(await infer(fixture, { tenant: { ...acme, tenant: "other" } })).to.include({ statusCode: 200 });
		expect(fixture.lines.metrics.map(({ Throttled }) => Throttled)).to.deep.equal([0, 0, 1, 0]);
	});
});
