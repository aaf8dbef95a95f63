/** The numbers that the program, the functions and the policies share. Units are in the names. */

/** AWS's default concurrency of an account and region. */
export const ACCOUNT_CONCURRENCY_LIMIT = 1000;
/** What AWS demands to be left unreserved in an account. */
export const UNRESERVED_CONCURRENCY_MINIMUM = 100;
/** Over Little's law (peak × p95): room for the 5 % slower requests and for cold starts. */
export const CONCURRENCY_HEADROOM = 1.5;
/** The least a function reserves: one request in work must not refuse the next. */
export const RESERVED_CONCURRENCY_MINIMUM = 2;

/** Retention of every log group, unless the settings say otherwise. */
export const LOG_RETENTION_DAYS = 30;
/** The days that CloudWatch takes for a group's retention. */
export const LOG_RETENTION_CHOICES_DAYS = [
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** Longest a REST API waits for an integration, by default quota. */
export const API_INTEGRATION_TIMEOUT_MAX_MS = 29_000;
/**
 * What the API's integration timeout adds to the function's own, so that the function answers first: the ten seconds that
 * Lambda gives a cold function's init beside its timeout, and the way.
 */
export const API_INTEGRATION_MARGIN_MS = 10_500;

/** Largest body of a realtime request. */
export const REALTIME_PAYLOAD_MAX_BYTES = 1024 * 1024;
/** Most rows in one realtime request: what the budget is made for. */
export const REALTIME_BATCH_MAX_ROWS = 256;

/** Deepest that JSON in a body may be nested: far beyond a tensor's rank, far below what a parser's or a writer's stack bears. */
export const JSON_DEPTH_MAX = 32;
/**
 * Most lists and objects in a body: as a value each takes some sixty bytes and more, of text as few as two. Enough for 65,536
 * rows of three lists each; flat data needs none.
 */
export const JSON_LISTS_MAX = 256 * 1024;
/** Longest that the "parameters" of a request, an input or an output may be as JSON: no model here reads them, all pass them on. */
export const PARAMETERS_MAX_CHARACTERS = 64 * 1024;

/** Longest partition key of a DynamoDB table, in bytes of UTF-8. */
export const PARTITION_KEY_MAX_BYTES = 2048;

/** How much looser a tenant's usage plan (best effort, all models together) is than its token bucket (the truth, per model). */
export const USAGE_PLAN_HEADROOM = 1.5;
/** How long a leased block of tokens may be spent before it lapses. */
export const TOKEN_LEASE_MS = 1_000;

/** How long a function may serve by what it last read of a model's route. */
export const ROUTE_CACHE_MS = 5_000;
/** How long API Gateway may serve by the authorizer's last answer for a token. */
export const AUTHORIZER_CACHE_SECONDS = 60;

/** Longest a function waits at its end for its spans to be sent. */
export const TRACE_FLUSH_MAX_MS = 200;

/** What SQS needs of a queue's visibility timeout, as a multiple of its function's timeout. */
export const VISIBILITY_TIMEOUT_FACTOR = 6;

/** The most memory, and as much disk, that a function can have. */
export const LAMBDA_MEMORY_MAX_MIB = 10_240;
/** The longest that a function can run. */
export const LAMBDA_TIMEOUT_MAX_SECONDS = 900;

/** The longest that SQS keeps a message; what a dead-letter queue should be set to. */
export const DEAD_LETTER_RETENTION_MAX_SECONDS = 14 * 24 * 60 * 60;
/** Receives before a message is set aside, where the worker may be taken away in the middle of one. */
export const SPOT_RECEIVE_COUNT_MINIMUM = 3;
/** Largest batch that a queue's mapping may ask for without a window to fill it in. */
export const QUEUE_BATCH_WITHOUT_WINDOW_MAX = 10;
/** AWS ends an Express execution then, whatever it states. */
export const EXPRESS_WORKFLOW_MAX_SECONDS = 300;
