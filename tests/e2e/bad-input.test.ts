import { expect } from "chai";
import fc from "fast-check";
import { API_ERRORS, type ApiErrorCode } from "../../charter/errors.ts";
import { issueToken } from "../../charter/tokens.ts";
import { requestByValues } from "../../cli/platform/heldout.ts";
import { SAMPLES } from "../../cli/story/samples.ts";
import { anyText } from "../support/any-text.ts";
import { raisedPlatform } from "../support/sandbox.ts";

const MODEL = `/v2/models/${SAMPLES.realtime}`;
const INFER = `${MODEL}/infer`;
const RUNS = 150;

/** A request that is served, to change one thing in. */
interface Call {
	method?: string;
	path?: string;
	token?: string | undefined;
	contentType?: string;
	headers?: Record<string, string>;
	body?: string | undefined;
}

async function platformCalls() {
	const { platform, tokens } = await raisedPlatform();
	const generous = platform.tenants.at(-1);
	const good = JSON.stringify(requestByValues(platform.trained.heldout.slice(0, 1)));
	const call = async (change: Call = {}) => {
		const { method = "POST", path = INFER, contentType = "application/json", headers = {} } = change;
		const token = "token" in change ? change.token : generous?.token;
		const body = "body" in change ? change.body : good;
		const response = await fetch(platform.outputs.url + path, {
			method,
			headers: {
				...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
				"content-type": contentType,
				...headers,
			},
			...(method === "GET" || body === undefined ? {} : { body }),
		});
		return { status: response.status, headers: response.headers, text: await response.text() };
	};
	const withInput = (change: object) => {
		const request = JSON.parse(good);
		return JSON.stringify({ inputs: [{ ...request.inputs[0], ...change }] });
	};
	return { call, good, withInput, generous, tokens, platform };
}

type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof platformCalls>>["call"]>>;

function expectError(answer: Answer, code: ApiErrorCode, words: RegExp) {
	expect(answer.status, answer.text).to.equal(API_ERRORS[code]);
	const body = JSON.parse(answer.text);
	expect(Object.keys(body).toSorted()).to.deep.equal(["code", "error", "requestId"]);
	expect(body.code).to.equal(code);
	expect(body.requestId).to.match(/\S/);
	expect(answer.headers.get("x-request-id")).to.equal(body.requestId);
	expect(body.error).to.match(words);
}

describe("the API and bad input", () => {
	let api: Awaited<ReturnType<typeof platformCalls>>;
	before(async () => {
		api = await platformCalls();
		expect((await api.call()).status).to.equal(200);
	});

	it("refuses a body that is no JSON", async () => {
		expectError(await api.call({ body: '{"inputs": [' }), "INVALID_REQUEST", /JSON/);
		expectError(await api.call({ body: "" }), "INVALID_REQUEST", /JSON|body/i);
	});

	it("refuses another shape, datatype or name than the model's, saying which it takes", async () => {
		expectError(await api.call({ body: api.withInput({ shape: [1, 29] }) }), "INVALID_REQUEST", /30/);
		expectError(await api.call({ body: api.withInput({ datatype: "INT8" }) }), "INVALID_REQUEST", /FP32/);
		expectError(await api.call({ body: api.withInput({ name: "pixels" }) }), "INVALID_REQUEST", /features/);
	});

	it("refuses NaN and infinity, which are no JSON, and numbers that FP32 cannot hold", async () => {
		const withNumber = (number: string) => api.good.replace(/"data":\[[^,]+/, `"data":[${number}`);
		for (const number of ["NaN", "Infinity", "1e39", "null", '"1"'])
			expectError(await api.call({ body: withNumber(number) }), "INVALID_REQUEST", /\S/);
	});

	it("refuses a body over the limit, and one over API Gateway's own", async () => {
		expectError(await api.call({ body: `{"inputs":[],"id":"${"x".repeat(1024 * 1024)}"}` }), "PAYLOAD_TOO_LARGE", /\S/);
		expectError(await api.call({ body: "x".repeat(11 * 1024 * 1024) }), "PAYLOAD_TOO_LARGE", /\S/);
	});

	it("refuses a body of another type", async () => {
		expectError(await api.call({ contentType: "text/csv" }), "UNSUPPORTED_MEDIA_TYPE", /application\/json/);
	});

	it("does not know an unknown model, version or path", async () => {
		for (const path of [
			"/v2/models/unknown/infer",
			`${MODEL}/versions/99/infer`,
			`${MODEL}/versions/latest/infer`,
			`${MODEL}/nothing`,
			"/v1/models",
		])
			expectError(await api.call({ path }), "NOT_FOUND", /\S/);
	});

	it("finds a path with a slash at its end, and says 403 of one that no tenant could call", async () => {
		expect((await api.call({ method: "GET", path: "/v2/" })).status).to.equal(200);
		expectError(await api.call({ path: `/v2/${MODEL.slice("/v2".length)}/infer` }), "FORBIDDEN", /or there is none/);
	});

	it("does not know a declared model that this version does not serve", async () => {
		expectError(await api.call({ path: "/v2/models/digit-reader/infer" }), "NOT_FOUND", /\S/);
	});

	it("refuses a wrong method, naming the right one", async () => {
		for (const [method, path, allow] of [
			["GET", INFER, "POST"],
			["DELETE", INFER, "POST"],
			["POST", MODEL, "GET"],
			["PUT", "/v2/health/live", "GET"],
		] as const) {
			const answer = await api.call({ method, path });
			expectError(answer, "METHOD_NOT_ALLOWED", new RegExp(allow));
			expect(answer.headers.get("allow")).to.equal(allow);
		}
	});

	it("refuses a call without a token, or with one that the platform never issued", async () => {
		const own = api.generous?.name ?? "";
		for (const token of [undefined, "", "nonsense", issueToken(own), issueToken("nobody")])
			expectError(await api.call({ token }), "UNAUTHENTICATED", /\S/);
	});

	it("refuses a tenant's token under another tenant's name", async () => {
		const [first, second] = Object.keys(api.tokens);
		const forged = api.tokens[first ?? ""]?.replace(first ?? "", second ?? "");
		expectError(await api.call({ token: forged }), "UNAUTHENTICATED", /\S/);
	});

	it("forbids a tenant a model that it may not call", async () => {
		expectError(await api.call({ token: api.tokens.initech }), "FORBIDDEN", /\S/);
	});

	it("refuses an entity that it does not know, naming it", async () => {
		const body = JSON.stringify({
			inputs: [{ name: "patient_id", datatype: "BYTES", shape: [1], data: ["patient-unknown"] }],
		});
		expectError(await api.call({ body }), "INVALID_REQUEST", /patient-unknown/);
	});

	it("refuses an entity id that no key can hold, naming its row", async () => {
		for (const id of ["\ud800", "é".repeat(1_100)]) {
			const data = ["patient-0001", id];
			const body = JSON.stringify({ inputs: [{ name: "patient_id", datatype: "BYTES", shape: [2], data }] });
			expectError(await api.call({ body }), "INVALID_REQUEST", /(row|value) 1\b/);
		}
	});

	it("refuses more rows than one request may have", async () => {
		const body = api.withInput({ shape: [257, 30] });
		expectError(await api.call({ body }), "PAYLOAD_TOO_LARGE", /257 rows/);
	});

	it("refuses a binary tensor, saying that it speaks JSON", async () => {
		const headers = { "inference-header-content-length": "10" };
		expectError(await api.call({ headers }), "INVALID_REQUEST", /JSON/);
	});

	it("refuses a deadline that is no time at all", async () => {
		expectError(
			await api.call({ headers: { "x-request-timeout-ms": "0" } }),
			"INVALID_REQUEST",
			/x-request-timeout-ms/,
		);
	});

	it("never answers any body with a 5xx, and every refusal in the one shape", async function () {
		this.timeout(120_000);
		const tensor = fc.record(
			{
				name: fc.oneof(fc.constant("features"), fc.constant("patient_id"), fc.string()),
				datatype: fc.oneof(fc.constantFrom("FP32", "BYTES", "INT64"), fc.anything()),
				shape: fc.oneof(fc.constant([1, 30]), fc.array(fc.integer({ min: -2, max: 40 }), { maxLength: 3 })),
				data: fc.oneof(fc.array(fc.double(), { maxLength: 40 }), fc.array(fc.anything(), { maxLength: 5 })),
			},
			{ requiredKeys: [] },
		);
		const request = fc.record({ inputs: fc.array(tensor, { maxLength: 3 }), id: fc.anything() }, { requiredKeys: [] });
		const entities = fc.array(anyText, { minLength: 1, maxLength: 3 }).map((data) => ({
			inputs: [{ name: "patient_id", datatype: "BYTES", shape: [data.length], data }],
		}));
		const body = fc.oneof(
			entities.map((value) => JSON.stringify(value)),
			request.map((value) => JSON.stringify(value)),
			fc.json(),
			fc.string(),
		);
		await fc.assert(
			fc.asyncProperty(body, async (text) => {
				const answer = await api.call({ body: text });
				if (answer.status === 429) return;
				expect(answer.status, `${text} → ${answer.text}`).to.be.within(200, 499);
				if (answer.status >= 400) expect(JSON.parse(answer.text)).to.have.all.keys("code", "error", "requestId");
			}),
			{ numRuns: RUNS },
		);
	});
});
