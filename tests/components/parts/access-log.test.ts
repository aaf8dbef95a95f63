import { expect } from "chai";
import { accessLogFormat } from "../../../components/parts/access-log.ts";

describe("components/parts/access-log", () => {
	it("is one line of JSON, also when API Gateway knows none of the values", () => {
		const line = accessLogFormat().replaceAll(/\$context(\.\w+)+/g, "-");
		expect(line).not.to.match(/[\n$]/);
		expect(Object.values(JSON.parse(line))).to.satisfy((values: unknown[]) => values.every((value) => value === "-"));
	});

	it("tells the request, its tenant, its latency and its trace", () => {
		expect(JSON.parse(accessLogFormat())).to.include({
			requestId: "$context.requestId",
			tenant: "$context.authorizer.tenant",
			principal: "$context.authorizer.principalId",
			method: "$context.httpMethod",
			path: "$context.path",
			status: "$context.status",
			latencyMs: "$context.responseLatency",
			integrationLatencyMs: "$context.integrationLatency",
			traceId: "$context.xrayTraceId",
		});
	});
});
