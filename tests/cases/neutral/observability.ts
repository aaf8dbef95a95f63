/** Neutral names of labelled cases that the observability rules judge, and those that they leave out on purpose. */

/** Findings that judge a neutral rule, exactly these: a finding's parts are not meant with it. */
export const OBSERVABILITY_NEUTRAL: Readonly<Record<string, readonly string[]>> = {
	"log-group-retention": ["log-retention/expiry", "log-retention/function-group/expiry"],
	"lambda-log-group-retention": ["log-retention/function-group", "log-retention/function-group/expiry"],
	"lambda-tracing": ["tracing-on/function"],
	"api-tracing": ["tracing-on/api"],
	"appsync-tracing": ["tracing-on/graphql"],
	"state-machine-tracing": ["tracing-on/workflow"],
	"alarm-has-action": ["endpoint-alarms/action"],
	"api-access-logging": ["structured-logs/access-log"],
	"api-structured-access-log": ["structured-logs/access-log/format"],
};

/** Why a neutral rule is not judged. */
export const OBSERVABILITY_LEFT_OUT: Readonly<Record<string, string>> = {
	"api-execution-logging":
		"the execution log goes to a group that no stack can make, so it never expires: the access log is what the charter asks for",
	"state-machine-logging":
		"Step Functions keeps a Standard execution's history by itself: the charter asks for its trace (tracing-on)",
	"ecs-container-logging":
		"the charter asks for logs of functions and stages; a container's driver is its image's affair",
	"ecs-container-insights": "a paid view of a cluster: the charter asks for alarms on the endpoints that it serves",
};
