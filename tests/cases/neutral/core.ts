/** Neutral names of labelled cases that the core rules judge, and those that no rule judges on purpose. */

/** Findings that judge a neutral rule, exactly these: a finding's parts are not meant with it. */
export const CORE_NEUTRAL: Readonly<Record<string, readonly string[]>> = {
	"reserved-concurrency": ["function-reserved-concurrency"],
	"lambda-explicit-timeout": ["function-timeout-explicit"],
	"sqs-visibility-6x-lambda-timeout": ["timeout-chain/visibility"],
	"api-default-throttling": ["api-tenant-throttling/stage-limits"],
	"api-usage-plan": ["api-tenant-throttling/usage-plan"],
};

/** Neutral rules that the pack does not have, or decides otherwise on purpose, and why. */
export const CORE_LEFT_OUT: Readonly<Record<string, string>> = {
	"lambda-dlq":
		"demanded of every function: a DLQ is read on asynchronous calls alone (dead-letter-by-invocation decides by caller)",
	"lambda-explicit-memory": "memory is a price, not a charter clause",
	"lambda-in-vpc": "a function in a VPC is no promise of the charter: private data is reached over IAM",
	"lambda-runtime-latest": "changes with the calendar: labels are contested by fact",
	"lambda-runtime-supported": "changes with the calendar: labels are contested by fact",
};
