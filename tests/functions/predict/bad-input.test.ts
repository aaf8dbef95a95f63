/** Whatever is sent to a model, the fault is never the platform's: no answer to any input is a 5xx, and each has the error's shape. */
import { expect } from "chai";
import fc from "fast-check";
import { API_ERRORS } from "../../../charter/errors.ts";
import { anyText } from "../../support/any-text.ts";
import { acme, apiEvent, errorOf, lambdaContext } from "../../support/functions-api.ts";
import { heldOut, inferBody, MODEL, predictFixture, putFeatures } from "../../support/functions-predict.ts";

const ROOT = `/v2/models/${MODEL}`;
const unbounded = { ...acme, rps: "1000000", burst: "1000000" };

const json = fc.jsonValue({ maxDepth: 4 });
const row = heldOut[0]?.features ?? [];
const input = fc.record(
	{
		name: fc.oneof(fc.constantFrom("features", "patient_id", "label"), json),
		datatype: fc.oneof(fc.constantFrom("FP32", "BYTES", "INT64"), json),
		shape: fc.oneof(fc.constantFrom([1, 30], [2, 30], [1], [0, 30], [-1, 30], [1e9, 30]), json),
		data: fc.oneof(
			fc.constant(row),
			fc.constant([row]),
			fc.constantFrom([heldOut[0]?.id], ["nobody"], [""]),
			fc.array(fc.oneof(fc.double(), fc.integer(), json), { minLength: 30, maxLength: 30 }),
			json,
		),
		parameters: json,
	},
	{ requiredKeys: ["name", "datatype", "shape", "data"] },
);
/** Ids as long and as odd as strings can be, in a request that is right otherwise. */
const entityRequest = fc.array(anyText, { minLength: 1, maxLength: 4 }).map((data) => ({
	inputs: [{ name: "patient_id", datatype: "BYTES", shape: [data.length], data }],
}));
const request = fc.record(
	{ id: json, parameters: json, inputs: fc.oneof(fc.array(input, { maxLength: 3 }), json), outputs: json },
	{ requiredKeys: ["inputs"] },
);
const body = fc.oneof(
	request.map((value) => JSON.stringify(value)),
	entityRequest.map((value) => JSON.stringify(value)),
	fc.json(),
	fc.string({ unit: "binary" }),
	fc.constant(inferBody(heldOut.slice(0, 1))),
	fc.constant(null),
);
const headers = fc.dictionary(
	fc.oneof(
		fc.constantFrom(
			"content-type",
			"Content-Encoding",
			"x-request-id",
			"x-request-timeout-ms",
			"traceparent",
			"tracestate",
		),
		fc.string({ minLength: 1, maxLength: 20 }),
	),
	fc.oneof(
		fc.constantFrom("application/json", "5000", "00-00000000000000000000000000000000-0000000000000000-01"),
		fc.string(),
	),
);
const call = fc.record({
	method: fc.oneof(
		{ weight: 5, arbitrary: fc.constant("POST") },
		fc.constantFrom("GET", "PUT", "OPTIONS"),
		fc.string(),
	),
	resource: fc.oneof(
		{ weight: 5, arbitrary: fc.constant(`${ROOT}/infer`) },
		fc.constantFrom(ROOT, `${ROOT}/ready`, `${ROOT}/versions/{version}/infer`, `${ROOT}/versions/{version}`),
		fc.string(),
	),
	version: fc.oneof(fc.constantFrom("1", "2"), fc.string()),
	headers: fc.oneof({ weight: 3, arbitrary: fc.constant({ "content-type": "application/json" }) }, headers),
	body,
	isBase64Encoded: fc.boolean(),
	tenant: fc.oneof(
		{ weight: 5, arbitrary: fc.constant(unbounded) },
		fc.constant({}),
		fc.constant({ ...acme, burst: "x" }),
	),
});

describe("functions/predict with any input", () => {
	it("answers with a success or the caller's fault, in the right shape, and always with a request id", async () => {
		const fixture = predictFixture();
		putFeatures(fixture.aws, heldOut);
		const statuses = new Map<number, number>();
		await fc.assert(
			fc.asyncProperty(call, async (options) => {
				const answer = await fixture.handler(apiEvent(options), lambdaContext(60_000));
				statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
				expect(answer.headers?.["x-request-id"]).to.match(/^[A-Za-z0-9._-]{1,64}$/);
				expect(answer.headers?.traceparent).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
				if (answer.statusCode === 200) return;
				// A caller may allow so little time that it passes: that is 504, and asked for.
				const isHurried = Object.hasOwn(options.headers, "x-request-timeout-ms");
				const { status, code, error, requestId } = errorOf(answer);
				expect(status).to.be.oneOf(isHurried ? [400, 401, 404, 405, 413, 415, 504] : [400, 401, 404, 405, 413, 415]);
				expect(API_ERRORS[code]).to.equal(status);
				expect(error).to.be.a("string").with.length.above(10);
				expect(requestId).to.equal(answer.headers?.["x-request-id"]);
			}),
			{ numRuns: 1_500 },
		);
		// The generator must reach the doors that it is about.
		for (const status of [200, 400, 401, 404, 405, 415]) expect(statuses.get(status) ?? 0, `${status}`).to.be.above(0);
	});
});
