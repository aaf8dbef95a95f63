/** The server routes through the function's public door. */
import { readFileSync } from "node:fs";
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { SERVER } from "../../../charter/api.ts";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { modelKey, ROUTE_KEY } from "../../../charter/registry.ts";
import { createHealthService } from "../../../functions/health/service.ts";
import { apiEvent, errorOf, lambdaContext } from "../../support/functions-api.ts";
import { MemoryAws } from "../../support/functions-aws.ts";
import { TABLES } from "../../support/functions-predict.ts";
import { memoryTelemetry } from "../../support/functions-telemetry.ts";

function setUp(models: readonly string[], routed: readonly string[]) {
	const aws = new MemoryAws();
	for (const model of routed) {
		const variants = [{ name: "champion", version: 1, weight: 100 }];
		aws.dynamodb.put(TABLES.registry, marshall({ pk: modelKey(model), sk: ROUTE_KEY, revision: 1, variants }));
	}
	const { telemetry, lines } = memoryTelemetry();
	const environment = { [ENVIRONMENT.realtimeModels]: models.join(","), [ENVIRONMENT.registryTable]: TABLES.registry };
	const handler = createHealthService({ environment, telemetry, dynamodb: aws.clients().dynamodb });
	const ask = (resource: string, method = "GET") => handler(apiEvent({ method, resource }), lambdaContext());
	return { aws, lines, ask };
}

describe("functions/health", () => {
	it("names the server, its version being the package's", async () => {
		const { ask } = setUp(["a"], []);
		const { body, statusCode } = await ask("/v2");
		expect({ statusCode, ...JSON.parse(body) }).to.deep.equal({
			statusCode: 200,
			name: "triplane",
			version: "0.1.0",
			extensions: [],
		});
		const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
		expect(SERVER.version).to.equal(version);
	});

	it("is live without reading anything", async () => {
		const { ask, aws } = setUp(["a"], []);
		expect(await ask("/v2/health/live")).to.include({ statusCode: 200, body: '{"live":true}' });
		expect(aws.calls).to.deep.equal([]);
	});

	it("is ready when every model has a route, however many there are", async () => {
		const models = Array.from({ length: 230 }, (_, i) => `m${i}`);
		const { ask, aws } = setUp(models, models);
		aws.dynamodb.batchAnswers = 60;
		expect(await ask("/v2/health/ready")).to.include({ statusCode: 200, body: '{"ready":true}' });
		expect(aws.calls).to.have.length(5);
	});

	it("is ready where no model is realtime", async () => {
		const { ask } = setUp([], []);
		expect(await ask("/v2/health/ready")).to.include({ statusCode: 200 });
	});

	it("names the models that have no route, with 503 and Retry-After", async () => {
		const { ask } = setUp(["a", "b", "c"], ["b"]);
		expect(errorOf(await ask("/v2/health/ready"))).to.include({
			status: 503,
			code: "UNAVAILABLE",
			error: "No version of a, c serves yet. Register one, then try again.",
			retryAfter: "5",
		});
	});

	it("is not ready while the registry fails", async () => {
		const { ask, aws, lines } = setUp(["a"], ["a"]);
		aws.disturbances.set("BatchGetItem", "fail");
		expect(errorOf(await ask("/v2/health/ready"))).to.include({ status: 503, retryAfter: "5" });
		expect(lines.records[0]).to.include({ level: "ERROR", message: "health", status: 503 });
	});

	it("says 405 to another method and 404 to another path", async () => {
		const { ask } = setUp(["a"], []);
		expect(errorOf(await ask("/v2", "POST"))).to.include({ status: 405, allow: "GET" });
		expect(errorOf(await ask("/v2/models"))).to.include({ status: 404, code: "NOT_FOUND" });
	});
});
