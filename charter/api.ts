/** The API's paths, once: the program makes resources of them, the functions route by them, the command line calls them. */

export interface Route {
	/** As API Gateway writes it, path parameters in braces. */
	path: string;
	method: "GET" | "POST" | "DELETE";
}

/** Routes about the server, in the Open Inference Protocol's words; answered by the `health` function. */
export const SERVER_ROUTES = [
	{ path: "/v2", method: "GET" },
	{ path: "/v2/health/live", method: "GET" },
	{ path: "/v2/health/ready", method: "GET" },
] as const satisfies Route[];

/** Below a model: callers send back how it went. */
export const FEEDBACK_PATH = "/feedback";

/** Routes of one realtime model, below `/v2/models/{name}`; answered by that model's `predict` function. */
export const MODEL_ROUTES = [
	{ path: "", method: "GET" },
	{ path: "/ready", method: "GET" },
	{ path: "/infer", method: "POST" },
	{ path: "/versions/{version}", method: "GET" },
	{ path: "/versions/{version}/ready", method: "GET" },
	{ path: "/versions/{version}/infer", method: "POST" },
	{ path: FEEDBACK_PATH, method: "POST" },
] as const satisfies Route[];

/** Routes of one queued model, below `/v2/models/{name}`; answered by the `submit` function. */
export const QUEUED_MODEL_ROUTES = [
	{ path: "", method: "GET" },
	{ path: "/ready", method: "GET" },
	{ path: "/infer", method: "POST" },
	/** Asks for a presigned URL, for requests that are larger than the API takes. */
	{ path: "/uploads", method: "POST" },
	{ path: FEEDBACK_PATH, method: "POST" },
] as const satisfies Route[];

/** Routes about jobs; answered by the `jobs` function. */
export const JOB_ROUTES = [
	{ path: "/v2/jobs/{job}", method: "GET" },
	{ path: "/v2/jobs/{job}", method: "DELETE" },
] as const satisfies Route[];

export const jobPath = (job: string): string => `/v2/jobs/${job}`;

/** What the server calls itself in its metadata; the version is the package's. */
export const SERVER = { name: "triplane", version: "0.1.0" } as const;

export const modelPath = (model: string): string => `/v2/models/${model}`;

/** Header in which the caller and the platform name one request; taken from the caller where it is well formed. */
export const REQUEST_ID_HEADER = "x-request-id";
/** Header in which a caller says how long it will wait, in milliseconds. */
export const DEADLINE_HEADER = "x-request-timeout-ms";
/** Header by which a tenant names a submission, so that sending it twice makes one job. */
export const IDEMPOTENCY_KEY_HEADER = "idempotency-key";
/** Header of RFC 7240: `Prefer: wait=10` asks to wait for the job up to ten seconds. */
export const PREFER_HEADER = "prefer";
/** Header with the HTTPS address that is told when the job has ended. */
export const CALLBACK_URL_HEADER = "x-callback-url";
/** Header with the id of a presigned upload that holds the request, instead of a body. */
export const UPLOAD_ID_HEADER = "x-upload-id";
/** Header in which a caller names whom it asks for, so that an experiment shows the same user the same variant. */
export const USER_ID_HEADER = "x-user-id";
/** Header in which an answer names the route's variant that gave it; feedback sends it back. */
export const VARIANT_HEADER = "x-model-variant";
