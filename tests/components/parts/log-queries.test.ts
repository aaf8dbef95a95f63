import { expect } from "chai";
import { LOG_QUERIES } from "../../../components/parts/log-queries.ts";

const query = (name: string) => LOG_QUERIES.find((candidate) => candidate.name === name)?.query;

describe("components/parts/log-queries", () => {
	it("has one query a question", () => {
		expect(LOG_QUERIES.map(({ name }) => name)).to.deep.equal([
			"latest-errors",
			"slowest-requests",
			"latency-by-version",
			"requests-by-tenant",
			"cost-by-tenant",
		]);
	});

	it("asks in the fields of the log record", () => {
		expect(query("latency-by-version")).to.equal(
			"filter ispresent(latencyMs)\n| stats count(*) as requests, pct(latencyMs, 50) as p50Ms, pct(latencyMs, 95) as p95Ms, pct(latencyMs, 99) as p99Ms by model, version, variant",
		);
		expect(query("cost-by-tenant")).to.equal(
			"filter ispresent(costUsd)\n| stats sum(costUsd) as usd, count(*) as requests by tenant, team, model, feature\n| sort usd desc",
		);
	});
});
