/** A realtime model that overflows into jobs, over an AWS in memory: its predict function, and the one that works on the jobs. */
import { trace } from "@opentelemetry/api";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { artifactKey } from "../../charter/registry.ts";
import { createOverflowService } from "../../functions/overflow/service.ts";
import { createPredictService } from "../../functions/predict/service.ts";
import { createOverflow } from "../../functions/predict-overflowing/overflow.ts";
import { onnxRuntime } from "../../functions/shared/inference/onnx.ts";
import { type ApiEventOptions, apiEvent, lambdaContext } from "./functions-api.ts";
import { MemoryAws } from "./functions-aws.ts";
import { CALLBACKS, inFlightIn, jobIn, jobsEnvironment, QUEUE_A, START_MS, unbounded } from "./functions-jobs.ts";
import {
	artifactBytes,
	heldOut,
	inferBody,
	MODEL,
	manifest,
	predictEnvironment,
	putFeatures,
	putRoute,
	putVersion,
	versionRecord,
} from "./functions-predict.ts";
import { sqsRecord } from "./functions-sqs-event.ts";
import { memoryTelemetry } from "./functions-telemetry.ts";

export const DEAD_LETTERS = `${QUEUE_A}-dead`;

/** So many rows, the held-out ones over and over. */
export const rowsOf = (count: number) =>
	Array.from({ length: count }, (_, i) => heldOut[i % heldOut.length] ?? never());
const never = (): never => {
	throw new RangeError("There are no held-out rows.");
};

export function overflowFixture() {
	const aws = new MemoryAws();
	aws.objects.set(artifactKey(MODEL, manifest.artifact.sha256), artifactBytes);
	putVersion(aws, versionRecord(1));
	putRoute(aws, [{ name: "champion", version: 1, weight: 100 }]);
	putFeatures(aws, heldOut);
	const clock = { nowMs: START_MS };
	const now = () => clock.nowMs;
	const { telemetry, lines } = memoryTelemetry({ now });
	const environment: Record<string, string> = {
		...jobsEnvironment,
		...predictEnvironment,
		[ENVIRONMENT.slo]: '{"p95Ms":300,"errorRate":0.005,"jobP95Seconds":20}',
		[ENVIRONMENT.queueUrl]: QUEUE_A,
		[ENVIRONMENT.deadLetterQueueUrl]: DEAD_LETTERS,
		[ENVIRONMENT.callbackQueueUrl]: CALLBACKS,
	};
	const parts = { environment, telemetry, ...aws.clients(), runtime: onnxRuntime };
	const pause = async (ms: number): Promise<void> => {
		clock.nowMs += ms;
	};
	const overflow = createOverflow({ environment, ...aws.clients(), now, pause });
	const { handler: predict } = createPredictService({ ...parts, overflow });
	const work = createOverflowService({ ...parts, tracer: trace.getTracer("test") });
	const infer = (change: ApiEventOptions = {}, remainingMs = 1_000) =>
		predict(apiEvent({ tenant: unbounded, body: inferBody(rowsOf(1)), ...change }), lambdaContext(remainingMs));
	/** What lies in the queue, or one body, through the function; gives the messages that it wants again. */
	const drain = async (
		bodies = aws.sqs
			.messages(QUEUE_A)
			.splice(0)
			.map(({ body }) => body),
	) => {
		const Records = bodies.map((body, i) => sqsRecord(body, 1, `m-${i}`));
		const context = { awsRequestId: "invocation", getRemainingTimeInMillis: () => 60_000 };
		return (await work({ Records }, context)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
	};
	return {
		aws,
		clock,
		lines,
		infer,
		drain,
		job: (id: unknown) => jobIn(aws, String(id)),
		inFlight: () => inFlightIn(aws, "acme"),
	};
}
