/**
 * The whole predict function through its public door: API Gateway's event in, its answer out, the real model in between.
 * AWS is in memory behind the SDK's own clients.
 */

import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { DEADLINE_HEADER } from "../../../charter/api.ts";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { artifactKey } from "../../../charter/registry.ts";
import { entityKey } from "../../../charter/tenancy.ts";
import { type ApiEventOptions, acme, apiEvent, errorOf, lambdaContext } from "../../support/functions-api.ts";
import {
	heldOut,
	inferBody,
	MODEL,
	manifest,
	predictEnvironment,
	predictFixture,
	putFeatures,
	putRoute,
	putVersion,
	TABLES,
	versionRecord,
} from "../../support/functions-predict.ts";

type Fixture = ReturnType<typeof predictFixture>;
const ask = (fixture: Fixture, options: ApiEventOptions, remainingMs?: number) =>
	fixture.handler(apiEvent(options), lambdaContext(remainingMs));
const infer = (fixture: Fixture, options: ApiEventOptions = {}, remainingMs?: number) =>
	ask(fixture, { body: inferBody(heldOut.slice(0, 1)), ...options }, remainingMs);
const refusal = async (fixture: Fixture, options: ApiEventOptions, remainingMs?: number) =>
	errorOf(await infer(fixture, options, remainingMs));
const get = (fixture: Fixture, resource: string, version?: string) =>
	ask(fixture, { method: "GET", resource, ...(version !== undefined && { version }) });

const ids = (rows: readonly { id: string }[]) =>
	JSON.stringify({
		inputs: [{ name: "patient_id", datatype: "BYTES", shape: [rows.length], data: rows.map(({ id }) => id) }],
	});

const ROOT = `/v2/models/${MODEL}`;

describe("functions/predict", () => {
	it("predicts what the trainer predicted on every held-out row", async () => {
		const fixture = predictFixture();
		const { statusCode, body } = await infer(fixture, { body: inferBody(heldOut, { id: "mine" }) });
		expect(statusCode).to.equal(200);
		const { outputs, ...rest } = JSON.parse(body);
		expect(rest).to.deep.equal({ model_name: MODEL, model_version: "1", id: "mine" });
		const [label, probabilities] = outputs;
		expect(label).to.deep.equal({
			name: "label",
			datatype: "INT64",
			shape: [heldOut.length],
			data: heldOut.map((row) => row.label),
		});
		expect(probabilities).to.include({ name: "probabilities", datatype: "FP32" });
		expect(probabilities.shape).to.deep.equal([heldOut.length, 2]);
		for (const [i, expected] of heldOut.flatMap((row) => row.probabilities).entries())
			expect(probabilities.data[i]).to.be.closeTo(expected, 1e-5);
	});

	it("predicts the same from the feature table, by id and in the order asked for", async () => {
		const fixture = predictFixture();
		putFeatures(fixture.aws, heldOut);
		const rows = [heldOut[3], heldOut[1], heldOut[3]].flatMap((row) => row ?? []);
		const byId = await infer(fixture, { body: ids(rows) });
		const byValue = await infer(fixture, { body: inferBody(rows) });
		expect(byId.statusCode).to.equal(200);
		expect(JSON.parse(byId.body)).to.deep.equal(JSON.parse(byValue.body));
	});

	it("answers the outputs asked for alone, in their order", async () => {
		const body = inferBody(heldOut.slice(0, 1), { outputs: [{ name: "probabilities" }] });
		const { outputs } = JSON.parse((await infer(predictFixture(), { body })).body);
		expect(outputs.map(({ name }: { name: string }) => name)).to.deep.equal(["probabilities"]);
	});

	it("reads a body that API Gateway sent in base64", async () => {
		const body = Buffer.from(inferBody(heldOut.slice(0, 1))).toString("base64");
		expect(await infer(predictFixture(), { body, isBase64Encoded: true })).to.include({ statusCode: 200 });
	});

	it("describes the model by the protocol", async () => {
		const { statusCode, body } = await get(predictFixture(), ROOT);
		expect(statusCode).to.equal(200);
		expect(JSON.parse(body)).to.deep.equal({
			name: MODEL,
			versions: ["1"],
			platform: "onnxruntime_onnx",
			inputs: manifest.signature.inputs,
			outputs: manifest.signature.outputs,
			parameters: { entity_input: "patient_id", entity_input_replaces: "features" },
		});
	});

	it("is ready once the model is in memory, and infers without another read of the artifact", async () => {
		const fixture = predictFixture();
		expect(await get(fixture, `${ROOT}/ready`)).to.deep.include({
			statusCode: 200,
			body: `{"name":"${MODEL}","ready":true}`,
		});
		await infer(fixture);
		expect(fixture.aws.calls.filter((call) => call === "GetObject")).to.have.length(1);
	});

	it("loads what serves before the first request", async () => {
		const fixture = predictFixture();
		await fixture.warm();
		expect(fixture.aws.calls).to.deep.equal(["GetItem", "GetItem", "GetObject"]);
		await infer(fixture);
		expect(fixture.aws.calls.slice(3)).to.deep.equal(["UpdateItem"]);
	});

	it("starts without a registered model, says 503 with Retry-After, and serves as soon as there is one", async () => {
		const fixture = predictFixture({ isRegistered: false });
		await fixture.warm();
		expect(fixture.lines.records.map(({ level }) => level)).to.deep.equal(["WARN"]);
		for (const options of [{}, { method: "GET", resource: ROOT }, { method: "GET", resource: `${ROOT}/ready` }])
			expect(await refusal(fixture, options)).to.include({ status: 503, code: "UNAVAILABLE", retryAfter: "5" });
		putVersion(fixture.aws, versionRecord(1));
		putRoute(fixture.aws, [{ name: "champion", version: 1, weight: 100 }]);
		expect(await infer(fixture)).to.include({ statusCode: 200 });
	});

	it("serves the version that the path pins, whatever the route says", async () => {
		const fixture = predictFixture();
		putVersion(fixture.aws, versionRecord(2));
		const resource = `${ROOT}/versions/{version}/infer`;
		const { body } = await infer(fixture, { resource, version: "2" });
		expect(JSON.parse(body).model_version).to.equal("2");
		expect(fixture.lines.metrics.map(({ version, variant }) => ({ version, variant }))).to.deep.equal([
			{ version: "2", variant: "pinned" },
		]);
		expect(JSON.parse((await get(fixture, `${ROOT}/versions/{version}`, "2")).body).versions).to.deep.equal(["2"]);
		expect(await get(fixture, `${ROOT}/versions/{version}/ready`, "2")).to.include({ statusCode: 200 });
	});

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

	it("splits traffic by the route's weights", async () => {
		const fixture = predictFixture();
		putVersion(fixture.aws, versionRecord(2));
		putRoute(fixture.aws, [
			{ name: "champion", version: 1, weight: 50 },
			{ name: "challenger", version: 2, weight: 50 },
		]);
		const tenant = { ...acme, rps: "1000", burst: "1000" };
		for (let i = 0; i < 60; i++) await infer(fixture, { tenant, headers: { "x-request-id": `r-${i}` } });
		const challenger = fixture.lines.metrics.filter(({ variant }) => variant === "challenger").length;
		expect(challenger).to.be.within(15, 45);
	});

	for (const name of Object.keys(predictEnvironment))
		it(`does not start without ${name}, and names it`, () => {
			const missing = () => predictFixture({ environment: { [name]: "" } });
			expect(missing).to.throw(`The function's environment has no ${name}.`);
		});
});
