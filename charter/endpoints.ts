/**
 * The ways into AWS that tasks and their hosts need in a network without one to the internet: what the program makes, and
 * what an adopted network must have. Data; docs/gpu-pool.md says what each is for.
 */

/** Interface endpoints by service, as in "com.amazonaws.us-east-1.sqs". Each costs by the hour and zone. */
export const INTERFACE_ENDPOINTS = [
	// The agent on the host: its control plane, its messages, its metrics.
	"ecs",
	"ecs-agent",
	"ecs-telemetry",
	// Images; their layers come from S3.
	"ecr.api",
	"ecr.dkr",
	"logs",
	"monitoring",
	"sqs",
	"sts",
	"xray",
] as const;

/** Gateway endpoints; they cost nothing. */
export const GATEWAY_ENDPOINTS = ["s3", "dynamodb"] as const;
