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
	/** Names of all models that the API serves, realtime and queued, separated by commas. */
	servedModels: "TRIPLANE_SERVED_MODELS",
	jobsTable: "TRIPLANE_JOBS_TABLE",
	jobsBucket: "TRIPLANE_JOBS_BUCKET",
	/** JSON of the queued models by name: QueuedModelSettings of charter/queued.ts. */
	queuedModels: "TRIPLANE_QUEUED_MODELS",
	/** URL of the queue that a worker reads, and of the one it sets poison aside in. */
	queueUrl: "TRIPLANE_QUEUE_URL",
	deadLetterQueueUrl: "TRIPLANE_DEAD_LETTER_QUEUE_URL",
	callbackQueueUrl: "TRIPLANE_CALLBACK_QUEUE_URL",
	/** Name of the asynchronous endpoint that a queue's jobs are forwarded to. */
	sagemakerEndpoint: "TRIPLANE_SAGEMAKER_ENDPOINT",
	/** URL of the model server beside a worker, as in "http://127.0.0.1:8080". */
	modelServerUrl: "TRIPLANE_MODEL_SERVER_URL",
	/** Port on which a model server listens, and one on which a worker tells its health. */
	modelServerPort: "TRIPLANE_MODEL_SERVER_PORT",
	healthPort: "TRIPLANE_HEALTH_PORT",
	/** Most jobs in one micro-batch, and the longest that the first of them waits for the others. */
	batchMaxSize: "TRIPLANE_BATCH_MAX_SIZE",
	batchMaxWaitMs: "TRIPLANE_BATCH_MAX_WAIT_MS",
	/** Longest that a worker waits for the model server's answer to one batch. @default the SLO's jobP95Seconds */
	inferTimeoutMs: "TRIPLANE_INFER_TIMEOUT_MS",
	throttleTable: "TRIPLANE_THROTTLE_TABLE",
	batchBucket: "TRIPLANE_BATCH_BUCKET",
	offsetsTable: "TRIPLANE_OFFSETS_TABLE",
	/** JSON of a batch model's `batch` with its `windowSeconds`. */
	batch: "TRIPLANE_BATCH",
	/** JSON of the one chunk that a scoring container is started for: ScoreRequest of charter/batch-messages.ts. */
	scoreRequest: "TRIPLANE_SCORE_REQUEST",
	/** Of a container, beside its memory. */
	cpuUnits: "TRIPLANE_CPU_UNITS",
	/** Name of the event bus on which the platform tells of models and rollouts. */
	eventBus: "TRIPLANE_EVENT_BUS",
	/** URL of the queue of what shadows answer. */
	shadowQueueUrl: "TRIPLANE_SHADOW_QUEUE_URL",
	/** JSON of the models that may have a shadow, by name: ShadowModelSettings of charter/rollout.ts. */
	shadowModels: "TRIPLANE_SHADOW_MODELS",
	/** JSON of the models' state machines by model: what `watch` starts anew. */
	pipelines: "TRIPLANE_PIPELINES",
	/** Folder in which a trainer leaves its run's files, and the run's name, under which they are kept. */
	runDirectory: "TRIPLANE_RUN_DIRECTORY",
	run: "TRIPLANE_RUN",
	/** Image that trains, by its digest: part of a run's lineage. */
	trainImage: "TRIPLANE_TRAIN_IMAGE",
	/** Where the run's data set lies, as in "s3://bucket/datasets/tumour-risk/2026.csv". */
	dataset: "TRIPLANE_DATASET",
	/** Version that a model server loads before it is ready. @default the first that it is asked for */
	modelVersion: "TRIPLANE_MODEL_VERSION",
	/** OpenTelemetry's own names. Without an endpoint no spans are sent. */
	otlpEndpoint: "OTEL_EXPORTER_OTLP_ENDPOINT",
	serviceName: "OTEL_SERVICE_NAME",
} as const;
