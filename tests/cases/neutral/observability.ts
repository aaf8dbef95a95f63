/** Neutral names of labelled cases that the observability rules judge, and those that they leave out on purpose. */

/** Findings that judge a neutral rule, exactly these: a finding's parts are not meant with it. */
export const OBSERVABILITY_NEUTRAL: Readonly<Record<string, readonly string[]>> = {
	"log-group-retention": ["log-retention/expiry", "log-retention/function-group/expiry"],
	"lambda-log-group-retention": ["log-retention/function-group", "log-retention/function-group/expiry"],
	"lambda-tracing": ["tracing-on/function"],
	"api-tracing": ["tracing-on/api"],
	"appsync-tracing": ["tracing-on/graphql"],
	"state-machine-tracing": ["tracing-on/workflow"],
};

/** Why a neutral rule is not judged. */
export const OBSERVABILITY_LEFT_OUT: Readonly<Record<string, string>> = {};
