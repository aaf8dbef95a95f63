/** The shadow function over an AWS in memory, with two versions of the sample model and two jobs: what its tests start from. */
import type { SQSRecord } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { ShadowMessage, ShadowModelSettings } from "../../charter/rollout.ts";
import { createShadowService } from "../../functions/shadow/service.ts";
import { onnxRuntime } from "../../functions/shared/inference/onnx.ts";
import { lambdaContext } from "./functions-api.ts";
import type { MemoryAws } from "./functions-aws.ts";
import { JOBS_TABLE } from "./functions-jobs.ts";
import { heldOut, inferBody, MODEL, TABLES } from "./functions-predict.ts";
import { memoryTelemetry } from "./functions-telemetry.ts";

export const SHADOW_QUEUE = "https://sqs.eu-central-1.amazonaws.com/123456789012/shadow";

const settings: ShadowModelSettings = { team: "oncology", feature: "triage", p95Ms: 300, tolerance: 0.05 };

const shadowEnvironment: Record<string, string> = {
	[ENVIRONMENT.environment]: "dev",
	[ENVIRONMENT.serviceName]: "shadow",
	[ENVIRONMENT.shadowModels]: JSON.stringify({ [MODEL]: settings }),
	[ENVIRONMENT.shadowQueueUrl]: SHADOW_QUEUE,
	[ENVIRONMENT.memoryMb]: "2048",
	[ENVIRONMENT.registryTable]: TABLES.registry,
	[ENVIRONMENT.artifactBucket]: TABLES.bucket,
	[ENVIRONMENT.featureTable]: TABLES.features,
	[ENVIRONMENT.jobsTable]: JOBS_TABLE,
	[ENVIRONMENT.jobsBucket]: TABLES.bucket,
};

/** @param now milliseconds since the epoch */
export function shadowFixture(aws: MemoryAws, now: () => number = Date.now) {
	const { telemetry, lines } = memoryTelemetry({ now });
	const environment = shadowEnvironment;
	const handler = createShadowService({ environment, telemetry, ...aws.clients(), runtime: onnxRuntime });
	/** How many of the messages come again. */
	const receive = async (bodies: readonly string[], sentAtMs = now(), remainingMs = 30_000) => {
		const Records = bodies.map((body, i) => sqsRecord(body, `m-${i}`, sentAtMs));
		return (await handler({ Records }, lambdaContext(remainingMs))).batchItemFailures.length;
	};
	return { lines, receive };
}

const sqsRecord = (body: string, messageId: string, sentAtMs: number): SQSRecord => ({
	body,
	messageId,
	receiptHandle: `receipt of ${messageId}`,
	attributes: {
		ApproximateReceiveCount: "1",
		SentTimestamp: String(sentAtMs),
		SenderId: "predict",
		ApproximateFirstReceiveTimestamp: String(sentAtMs),
	},
	messageAttributes: {},
	md5OfBody: "",
	eventSource: "aws:sqs",
	eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:shadow",
	awsRegion: "eu-central-1",
});

type Request = Extract<ShadowMessage, { kind: "request" }>;
/** Three held-out rows for versions 1 and 2, but for the change. */
export const requestMessage = (change: Partial<Request> = {}): string =>
	JSON.stringify({
		kind: "request",
		model: MODEL,
		rollout: 7,
		requestId: "request-1",
		traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		champion: 1,
		shadow: 2,
		request: inferBody(heldOut.slice(0, 3)),
		...change,
	} satisfies Request);

/** What the metrics lines count, by slice: compared and disagreed. */
export const slicesIn = (metrics: readonly Record<string, unknown>[]): Record<string, number[]> =>
	Object.fromEntries(
		metrics
			.filter(({ slice }) => slice !== undefined)
			.map(({ slice, Compared, Disagreed }) => [String(slice), [Number(Compared), Number(Disagreed)]]),
	);
