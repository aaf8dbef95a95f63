/**
 * The whole predict function through its public door: API Gateway's event in, its answer out, the real model in between.
 * AWS is in memory behind the SDK's own clients.
 */

import { expect } from "chai";
import { acme } from "../../support/functions-api.ts";
import { get, ids, infer, ROOT, refusal } from "../../support/functions-ask.ts";
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
	versionRecord,
} from "../../support/functions-predict.ts";

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

	it("tells of a request by spans from the API to the model, one record and one metrics line", async () => {
		const fixture = predictFixture();
		putFeatures(fixture.aws, heldOut);
		await infer(fixture, { body: ids(heldOut.slice(0, 2)) });
		const spans = fixture.spans.getFinishedSpans();
		const root = spans.at(-1);
		expect(spans.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId])).to.deep.equal([
			["admit", root?.spanContext().spanId],
			["features", root?.spanContext().spanId],
			["model", root?.spanContext().spanId],
			["predict", undefined],
		]);
		expect(root?.attributes).to.include({
			"ml.model.name": MODEL,
			"ml.model.version": 1,
			"ml.model.variant": "champion",
			"ml.request.rows": 2,
			"tenant.id": "acme",
			"cost.team": "oncology",
			"cost.feature": "triage",
		});
		expect(fixture.lines.records).to.have.length(1);
		expect(fixture.lines.records[0]).to.include({
			message: "predict",
			model: MODEL,
			team: "oncology",
			feature: "triage",
			version: 1,
		});
		expect(fixture.lines.records[0]?.traceId).to.equal(root?.spanContext().traceId);
		expect(fixture.lines.metrics).to.have.length(1);
		expect(fixture.lines.metrics[0]).to.include({
			model: MODEL,
			version: "1",
			variant: "champion",
			Requests: 1,
			Errors: 0,
		});
	});

	it("counts no metric for what is asked about a model", async () => {
		const fixture = predictFixture();
		await get(fixture, ROOT);
		await get(fixture, `${ROOT}/ready`);
		expect(fixture.lines.metrics).to.deep.equal([]);
		expect(fixture.lines.records).to.have.length(2);
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
