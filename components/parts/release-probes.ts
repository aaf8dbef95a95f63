/**
 * By which request new code of a function is asked for its health, before any caller's reaches it: the cheapest that reads what
 * its function lives on. Pure; API Gateway's events as far as the functions read them.
 */
import {
	type JOB_ROUTES,
	type MODEL_ROUTES,
	modelPath,
	type QUEUED_MODEL_ROUTES,
	type SERVER_ROUTES,
} from "../../charter/api.ts";
import type { TenantContext } from "../../charter/tenancy.ts";

/** Nobody's: it has no limits to use up and no jobs. */
const PROBING: TenantContext = {
	tenant: "release-probe",
	tier: "none",
	rps: "1",
	burst: "1",
	maxJobsInFlight: "1",
	callbackKey: "none",
};
/** Well formed, and no job's. */
const NO_JOB = "00000000-0000-0000-0000-000000000000";

const LIVE: (typeof SERVER_ROUTES)[number]["path"] = "/v2/health/live";
const READY: (typeof MODEL_ROUTES)[number]["path"] & (typeof QUEUED_MODEL_ROUTES)[number]["path"] = "/ready";
const JOB: (typeof JOB_ROUTES)[number]["path"] = "/v2/jobs/{job}";

const get = (resource: string, pathParameters: Record<string, string> | null = null): object => ({
	resource,
	path: resource,
	httpMethod: "GET",
	headers: {},
	pathParameters,
	queryStringParameters: null,
	body: null,
	isBase64Encoded: false,
	requestContext: { requestId: PROBING.tenant, authorizer: PROBING },
});

export const serverProbe = (): object => get(LIVE);
/** Loads the model. */
export const modelProbe = (model: string): object => get(`${modelPath(model)}${READY}`);
/** Reads the table; that there is no such job is the right answer. */
export const jobsProbe = (): object => get(JOB, { job: NO_JOB });
