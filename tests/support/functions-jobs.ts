/** The functions of the queued path over an AWS in memory, with one queued model registered: what most of their tests start from. */
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { APIGatewayProxyResult } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { inFlightKey, type JobRecord, jobKey } from "../../charter/jobs.ts";
import type { QueuedModelSettings } from "../../charter/queued.ts";
import type { Signature } from "../../charter/registry.ts";
import type { TenantContext } from "../../charter/tenancy.ts";
import { createJobsService } from "../../functions/jobs/service.ts";
import { newJob } from "../../functions/shared/jobs/new-job.ts";
import { createSubmitService } from "../../functions/submit/service.ts";
import { createSweepService } from "../../functions/sweep/service.ts";
import { type ApiEventOptions, acme, apiEvent, lambdaContext } from "./functions-api.ts";
import { MemoryAws } from "./functions-aws.ts";
import { MODEL, putRoute, putVersion, TABLES, versionRecord } from "./functions-predict.ts";
import { memoryTelemetry } from "./functions-telemetry.ts";

export const JOBS_TABLE = "jobs";
export const QUEUE_A = "https://sqs.eu-central-1.amazonaws.com/123456789012/digits-a";
export const QUEUE_B = "https://sqs.eu-central-1.amazonaws.com/123456789012/digits-b";
export const CALLBACKS = "https://sqs.eu-central-1.amazonaws.com/123456789012/callbacks";
export const START_MS = Date.parse("2026-01-01T00:00:00.000Z");
/** So much that no bucket refuses. */
export const unbounded: TenantContext = { ...acme, rps: "1000000", burst: "1000000" };

const settingsOfModel: QueuedModelSettings = {
	team: "vision",
	feature: "reading",
	queues: { a: QUEUE_A, b: QUEUE_B },
	jobP95Seconds: 20,
};

/** Two numbers a row: small enough to be written out. */
const signature: Signature = {
	inputs: [{ name: "image", datatype: "FP32", shape: [-1, 2] }],
	outputs: [{ name: "digit", datatype: "INT64", shape: [-1] }],
};

export const jobsEnvironment: Record<string, string> = {
	[ENVIRONMENT.environment]: "dev",
	[ENVIRONMENT.serviceName]: "submit",
	[ENVIRONMENT.queuedModels]: JSON.stringify({ [MODEL]: settingsOfModel }),
	[ENVIRONMENT.registryTable]: TABLES.registry,
	[ENVIRONMENT.throttleTable]: TABLES.throttle,
	[ENVIRONMENT.jobsTable]: JOBS_TABLE,
	[ENVIRONMENT.jobsBucket]: TABLES.bucket,
	[ENVIRONMENT.callbackQueueUrl]: CALLBACKS,
	[ENVIRONMENT.reservedConcurrency]: "10",
	[ENVIRONMENT.memoryMb]: "1024",
};

export const requestBody = (rows = 1, change: object = {}): string =>
	JSON.stringify({
		inputs: [
			{ name: "image", datatype: "FP32", shape: [rows, 2], data: Array.from({ length: rows * 2 }, (_, i) => i) },
		],
		...change,
	});

/** A submission's text that is larger than a record takes. */
export const largeBody = (): string => requestBody(2_000);

export function jobsFixture(options: { isRegistered?: boolean; environment?: Record<string, string> } = {}) {
	const aws = new MemoryAws();
	const clock = { nowMs: START_MS };
	if (options.isRegistered ?? true) {
		putVersion(aws, versionRecord(3, { signature }));
		putRoute(aws, [{ name: "champion", version: 3, weight: 100 }]);
	}
	const now = () => clock.nowMs;
	const { telemetry, lines, spans } = memoryTelemetry({ now });
	const parts = { environment: { ...jobsEnvironment, ...options.environment }, telemetry, ...aws.clients() };
	/** What happens while someone waits; time goes on by itself. */
	const pauses: ((ms: number) => void)[] = [];
	const pause = async (ms: number): Promise<void> => {
		clock.nowMs += ms;
		pauses.shift()?.(ms);
	};
	const submitHandler = createSubmitService({ ...parts, pause });
	const jobsHandler = createJobsService(parts);
	const sweepHandler = createSweepService(parts);
	const submit = (change: ApiEventOptions = {}, remainingMs = 27_000) => {
		const headers = { "content-type": "application/json", ...change.headers };
		const event = apiEvent({ body: requestBody(), tenant: unbounded, ...change, headers });
		return submitHandler(event, lambdaContext(remainingMs));
	};
	const askJob = (method: "GET" | "DELETE", id: string, tenant: Partial<TenantContext> = acme) => {
		const event = apiEvent({ method, resource: "/v2/jobs/{job}", tenant });
		return jobsHandler({ ...event, pathParameters: { job: id } }, lambdaContext(5_000));
	};
	return {
		aws,
		clock,
		lines,
		spans,
		pauses,
		submitHandler,
		jobsHandler,
		submit,
		get: (id: string, tenant?: Partial<TenantContext>) => askJob("GET", id, tenant),
		cancel: (id: string, tenant?: Partial<TenantContext>) => askJob("DELETE", id, tenant),
		sweep: (remainingMs = 50_000) => sweepHandler({}, lambdaContext(remainingMs)),
		job: (id: string) => jobIn(aws, id),
		inFlight: (tenant = "acme") => inFlightIn(aws, tenant),
	};
}

export function jobIn(aws: MemoryAws, id: string): JobRecord | undefined {
	const item = aws.dynamodb.item(JOBS_TABLE, jobKey(id));
	return item && (unmarshall(item) as JobRecord);
}

export const inFlightIn = (aws: MemoryAws, tenant: string): number =>
	Number(aws.dynamodb.item(JOBS_TABLE, inFlightKey(tenant, MODEL))?.jobs?.N ?? 0);

export const JOB_ID = "00000000-0000-4000-8000-000000000001";

/** A job that was submitted at the start, but for the change. */
export function aJob(change: Partial<JobRecord> = {}): JobRecord {
	const job = newJob({
		job: JOB_ID,
		tenant: "acme",
		model: MODEL,
		version: 3,
		variant: "champion",
		slot: "a",
		requestSha256: "0".repeat(64),
		requestId: "request-1",
		traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		createdAtMs: START_MS,
		payload: { request: requestBody() },
		callback: undefined,
	});
	return { ...job, ...change, pk: jobKey(change.job ?? JOB_ID) };
}

/** Puts a job into the table, its place in flight with it where it has not ended. */
export function putJob(aws: MemoryAws, job: JobRecord = aJob()): JobRecord {
	aws.dynamodb.put(JOBS_TABLE, marshall(job, { removeUndefinedValues: true }));
	if (job.endedAtMs === undefined)
		aws.dynamodb.put(
			JOBS_TABLE,
			marshall({ pk: inFlightKey(job.tenant, MODEL), jobs: inFlightIn(aws, job.tenant) + 1 }),
		);
	return job;
}

/** A job that has ended so, a second after it was begun. */
export function endedJob(state: "SUCCEEDED" | "FAILED" | "CANCELLED" | "EXPIRED", change: Partial<JobRecord> = {}) {
	const times = { startedAtMs: START_MS + 1_000, endedAtMs: START_MS + 2_000 };
	const { open, dueAtMs, ...job } = aJob({ state, attempt: 1, ...times });
	if (state === "SUCCEEDED") job.response = '{"outputs":[{"name":"digit","data":[9007199254740993]}]}';
	if (state === "FAILED") job.error = { code: "INVALID_REQUEST", message: "It is no image." };
	return { ...job, ...change, pk: jobKey(change.job ?? JOB_ID) };
}

export const bodyOf = ({ body }: APIGatewayProxyResult): Record<string, unknown> => JSON.parse(body);
