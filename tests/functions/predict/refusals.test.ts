/** What predict refuses and what it answers while something behind it fails: status, code and words, through its public door. */

import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { DEADLINE_HEADER } from "../../../charter/api.ts";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { artifactKey } from "../../../charter/registry.ts";
import { entityKey } from "../../../charter/tenancy.ts";
import { type ApiEventOptions, acme } from "../../support/functions-api.ts";
import { ids, infer, ROOT, refusal } from "../../support/functions-ask.ts";
import { heldOut, inferBody, MODEL, manifest, predictFixture, TABLES } from "../../support/functions-predict.ts";

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

	it("serves without the throttle's table, and says so in a record and a metric", async () => {
		const fixture = predictFixture();
		fixture.aws.disturbances.set("UpdateItem", "fail");
		expect(await infer(fixture)).to.include({ statusCode: 200 });
		expect(fixture.lines.records.map(({ level, tenant }) => ({ level, tenant }))[0]).to.deep.equal({
			level: "ERROR",
			tenant: "acme",
		});
		expect(fixture.lines.metrics[0]).to.include({ ThrottleFailedOpen: 1, model: MODEL });
	});

	for (const [operation, body] of [
		["GetItem", undefined],
		["GetObject", undefined],
		["BatchGetItem", ids(heldOut.slice(0, 1))],
	] as const)
		it(`says 503 with Retry-After while ${operation} fails, and not why`, async () => {
			const fixture = predictFixture();
			fixture.aws.disturbances.set(operation, "fail");
			const answer = await refusal(fixture, body === undefined ? {} : { body });
			expect(answer).to.include({ status: 503, code: "UNAVAILABLE", retryAfter: "1" });
			expect(answer.error).not.to.include("down");
			expect(fixture.lines.records.at(-1)).to.deep.include({ level: "ERROR", status: 503 });
		});

	it("says 504 when the features take longer than their budget", async () => {
		const fixture = predictFixture({ environment: { [ENVIRONMENT.budget]: '{"featuresMs":5}' } });
		fixture.aws.disturbances.set("BatchGetItem", "hang");
		const answer = await refusal(fixture, { body: ids(heldOut.slice(0, 1)) });
		expect(answer).to.include({ status: 504, code: "DEADLINE_EXCEEDED" });
		expect(answer.error).to.match(/were not read within 5 ms/);
	});

	it("says 504 when the caller's deadline passes first", async () => {
		const fixture = predictFixture();
		fixture.aws.disturbances.set("BatchGetItem", "hang");
		const headers = { [DEADLINE_HEADER]: "20" };
		expect(await refusal(fixture, { headers, body: ids(heldOut.slice(0, 1)) })).to.include({ status: 504 });
	});

	it("says 504 and runs no model when the function's own time is up", async () => {
		const fixture = predictFixture();
		expect(await refusal(fixture, {}, 200)).to.include({ status: 504, code: "DEADLINE_EXCEEDED" });
	});

	it("says 500 without details when the artifact is not the registered one, and logs which", async () => {
		const fixture = predictFixture();
		fixture.aws.objects.set(artifactKey(MODEL, manifest.artifact.sha256), Buffer.from("other"));
		const answer = await refusal(fixture, {});
		expect(answer).to.include({ status: 500, code: "INTERNAL" });
		expect(answer.error).to.match(/by a fault on our side/);
		const { error } = fixture.lines.records.at(-1) ?? {};
		expect(JSON.stringify(error)).to.match(/ArtifactError.*SHA-256/);
	});

	it("says 500 when an entity's record lacks a column, which is not the caller's fault", async () => {
		const fixture = predictFixture();
		fixture.aws.dynamodb.put(TABLES.features, marshall({ pk: entityKey(MODEL, "p"), values: { mean_radius: 1 } }));
		expect(await refusal(fixture, { body: ids([{ id: "p" }]) })).to.include({ status: 500, code: "INTERNAL" });
	});

	it("says 503 where the route is not in the registry's form", async () => {
		const fixture = predictFixture({ isRegistered: false });
		fixture.aws.dynamodb.put(
			TABLES.registry,
			marshall({ pk: `MODEL#${MODEL}`, sk: "ROUTE", revision: 1, variants: [{}] }),
		);
		expect(await refusal(fixture, {})).to.include({ status: 503 });
	});
});
