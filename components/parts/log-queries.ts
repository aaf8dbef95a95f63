/**
 * CloudWatch Logs Insights queries that the operators find ready: on the fields of the charter's log record.
 * Pure: which log groups they search is decided by the plane.
 */
import type { LogRecord } from "../../charter/telemetry.ts";

export interface LogQuery {
	name: string;
	query: string;
}

const field = (name: keyof LogRecord): string => name;
const [status, latencyMs, tenant, requestId, traceId, code, costUsd] = (
	["status", "latencyMs", "tenant", "requestId", "traceId", "code", "costUsd"] as const
).map(field);
const arm = ["model", "version", "variant"].join(", ");

/** Over the functions' logs. */
export const LOG_QUERIES: readonly LogQuery[] = [
	{
		name: "latest-errors",
		query: `fields @timestamp, ${requestId}, ${traceId}, ${tenant}, ${arm}, ${status}, ${code}, error.name, error.message
| filter ${status} >= 500 or level = "ERROR"
| sort @timestamp desc
| limit 100`,
	},
	{
		name: "slowest-requests",
		query: `fields @timestamp, ${requestId}, ${traceId}, ${tenant}, ${arm}, ${latencyMs}, coldStart
| filter ispresent(${latencyMs})
| sort ${latencyMs} desc
| limit 100`,
	},
	{
		name: "latency-by-version",
		query: `filter ispresent(${latencyMs})
| stats count(*) as requests, pct(${latencyMs}, 50) as p50Ms, pct(${latencyMs}, 95) as p95Ms, pct(${latencyMs}, 99) as p99Ms by ${arm}`,
	},
	{
		name: "requests-by-tenant",
		query: `filter ispresent(${tenant})
| stats count(*) as requests, sum(${status} = 429) as throttled, sum(${status} >= 500) as failed by ${tenant}, model
| sort requests desc`,
	},
	{
		name: "cost-by-tenant",
		query: `filter ispresent(${costUsd})
| stats sum(${costUsd}) as usd, count(*) as requests by ${tenant}, team, model, feature
| sort usd desc`,
	},
];
