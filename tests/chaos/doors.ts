/**
 * The functions of the queued path, whole and with their own clients: submit as its callers see it, and sweep as its schedule does.
 * All calls go through the endpoint that is given. What submit would not let in comes by poison-door.ts.
 */
import { z } from "zod";
import { IDEMPOTENCY_KEY_HEADER, modelPath, UPLOAD_ID_HEADER } from "../../charter/api.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { QueuedModelSettings } from "../../charter/queued.ts";
import type { TenantContext } from "../../charter/tenancy.ts";
import { dynamodbClient, s3Client, sqsClient } from "../../functions/shared/clients.ts";
import { createTelemetry } from "../../functions/shared/telemetry/telemetry.ts";
import { createSubmitService } from "../../functions/submit/service.ts";
import { createSweepService, type SweepHandler } from "../../functions/sweep/service.ts";
import { EMULATOR_CREDENTIALS } from "../../sandbox/emulator/emulator.ts";
import { apiEvent, lambdaContext } from "../support/functions-api.ts";
import { STORES } from "./cloud.ts";
import type { Payload } from "./payloads.ts";
import { createPoisonDoor } from "./poison-door.ts";
import { FEATURE, JOB_P95_SECONDS, MODEL, type Stage, TEAM, through } from "./stage.ts";
import type { Reception } from "./submissions.ts";
import { CLOCK_AHEAD_MS } from "./sweeping.ts";

/** As the program bounds it. */
const SUBMIT_SECONDS = 29;
const ACCEPTED = 202;
const FIRST_SERVER_ERROR = 500;
const TOO_MANY = 429;

/** What a tenant may do. */
export interface Allowance {
	rps: number;
	burst: number;
	jobsInFlightMax: number;
}

export interface Doors {
	/** Submits as a client would: by the API, or by presigned upload and the API; poison beside them. */
	submit(payload: Payload): Promise<Reception>;
	sweep: SweepHandler;
	close(): void;
}

/**
 * @param endpoint where the function finds AWS
 * @param allowanceOf a tenant, as its tier has it
 */
export function openDoors(stage: Stage, endpoint: string, allowanceOf: (tenant: string) => Allowance): Doors {
	const leave = enterEnvironment({
		AWS_ENDPOINT_URL: endpoint,
		AWS_REGION: stage.emulator.region,
		AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
		AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
	});
	const clients = { dynamodb: dynamodbClient(), s3: s3Client(), sqs: sqsClient() };
	const environment = submitEnvironment(stage, endpoint);
	const telemetryAt = (now: () => number) => createTelemetry({ environment, write: () => {}, processors: [], now });
	const handler = createSubmitService({ environment, telemetry: telemetryAt(Date.now), ...clients });
	const sweeperNow = () => Date.now() + CLOCK_AHEAD_MS;
	const ask = async (resource: string, tenant: string, headers: Record<string, string>, body: string | null) => {
		const event = apiEvent({ resource, headers, body, tenant: contextOf(tenant, allowanceOf(tenant)) });
		const { statusCode, body: text } = await handler(event, lambdaContext(SUBMIT_SECONDS * 1000));
		const parsed: unknown = JSON.parse(text);
		return { status: statusCode, body: parsed };
	};
	const submitHealthy = async ({ number, tenant, body = "", isUploaded }: Payload): Promise<Reception> => {
		const headers = { "content-type": "application/json", [IDEMPOTENCY_KEY_HEADER]: `payload-${number}` };
		const infer = `${modelPath(MODEL)}/infer`;
		if (!isUploaded) return receptionOf(await ask(infer, tenant, headers, body));
		const size = JSON.stringify({ bytes: Buffer.byteLength(body) });
		const upload = await ask(`${modelPath(MODEL)}/uploads`, tenant, headers, size);
		if (upload.status >= TOO_MANY) return { kind: "later" };
		const id = await put(Upload.parse(upload.body), body);
		return receptionOf(await ask(infer, tenant, { ...headers, [UPLOAD_ID_HEADER]: id }, null));
	};
	const submitPoison = createPoisonDoor(clients, environment, (tenant) => allowanceOf(tenant).jobsInFlightMax);
	return {
		sweep: createSweepService({ environment, telemetry: telemetryAt(sweeperNow), ...clients }),
		submit: (payload) => (payload.poison ? submitPoison(payload) : submitHealthy(payload)),
		close: () => {
			for (const client of Object.values(clients)) client.destroy();
			leave();
		},
	};
}

/** The function's own clients take where they call from the environment, as Lambda sets it. */
function enterEnvironment(variables: Record<string, string>): () => void {
	const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
	Object.assign(process.env, variables);
	return () => {
		for (const [name, value] of before)
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
	};
}

function submitEnvironment({ cloud: { queues } }: Stage, endpoint: string): Record<string, string> {
	const settings: QueuedModelSettings = {
		team: TEAM,
		feature: FEATURE,
		queues: { a: through(endpoint, queues.queueUrl) },
		jobP95Seconds: JOB_P95_SECONDS,
	};
	return {
		[ENVIRONMENT.environment]: "chaos",
		[ENVIRONMENT.serviceName]: "submit",
		[ENVIRONMENT.traceSampleRatio]: "0",
		[ENVIRONMENT.registryTable]: STORES.registryTable,
		[ENVIRONMENT.throttleTable]: STORES.throttleTable,
		[ENVIRONMENT.jobsTable]: STORES.jobsTable,
		[ENVIRONMENT.jobsBucket]: STORES.jobsBucket,
		[ENVIRONMENT.queuedModels]: JSON.stringify({ [MODEL]: settings }),
		[ENVIRONMENT.callbackQueueUrl]: through(endpoint, queues.callbackQueueUrl),
		[ENVIRONMENT.reservedConcurrency]: "20",
		[ENVIRONMENT.memoryMb]: "512",
	};
}

const contextOf = (tenant: string, { rps, burst, jobsInFlightMax }: Allowance): TenantContext => ({
	tenant,
	tier: "chaos",
	rps: String(rps),
	burst: String(burst),
	maxJobsInFlight: String(jobsInFlightMax),
	callbackKey: `key-of-${tenant}`,
});

const Upload = z.object({
	id: z.string(),
	url: z.string(),
	method: z.string(),
	headers: z.record(z.string(), z.string()),
});
const JobView = z.object({ id: z.string() });

async function put({ id, url, method, headers }: z.output<typeof Upload>, body: string): Promise<string> {
	const response = await fetch(url, { method, headers, body });
	await response.body?.cancel();
	if (!response.ok) throw new Error(`The presigned upload was answered with ${response.status}.`);
	return id;
}

function receptionOf({ status, body }: { status: number; body: unknown }): Reception {
	if (status === ACCEPTED) return { kind: "accepted", job: JobView.parse(body).id };
	if (status === TOO_MANY || status >= FIRST_SERVER_ERROR) return { kind: "later" };
	return { kind: "refused", why: `${status} ${JSON.stringify(body)}` };
}
