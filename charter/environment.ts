/**
 * Names of the environment variables by which the program tells a function what it serves and where its stores are.
 * The program sets exactly what a function reads; a function that misses one fails at its start, by name.
 */
export const ENVIRONMENT = {
	/** Name of the stack's environment, as in "dev". */
	environment: "TRIPLANE_ENVIRONMENT",
	model: "TRIPLANE_MODEL",
	/** Names of the realtime models, separated by commas. */
	realtimeModels: "TRIPLANE_REALTIME_MODELS",
	team: "TRIPLANE_TEAM",
	feature: "TRIPLANE_FEATURE",
	/** JSON of the model's `slo` and `budget`. */
	slo: "TRIPLANE_SLO",
	budget: "TRIPLANE_BUDGET",
	reservedConcurrency: "TRIPLANE_RESERVED_CONCURRENCY",
	memoryMb: "TRIPLANE_MEMORY_MB",
	traceSampleRatio: "TRIPLANE_TRACE_SAMPLE_RATIO",
	/** JSON of the tiers by name. */
	tiers: "TRIPLANE_TIERS",
	registryTable: "TRIPLANE_REGISTRY_TABLE",
	artifactBucket: "TRIPLANE_ARTIFACT_BUCKET",
	featureTable: "TRIPLANE_FEATURE_TABLE",
	tenantTable: "TRIPLANE_TENANT_TABLE",
	throttleTable: "TRIPLANE_THROTTLE_TABLE",
	/** OpenTelemetry's own names. Without an endpoint no spans are sent. */
	otlpEndpoint: "OTEL_EXPORTER_OTLP_ENDPOINT",
	serviceName: "OTEL_SERVICE_NAME",
} as const;
