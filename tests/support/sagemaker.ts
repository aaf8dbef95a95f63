/** A model on SageMaker over an AWS in memory: an asynchronous endpoint, and the two functions before and behind it. */
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { trace } from "@opentelemetry/api";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { JobRecord } from "../../charter/jobs.ts";
import { inferenceOutputPrefix } from "../../charter/sagemaker.ts";
import { createForwardService } from "../../functions/sagemaker-forward/service.ts";
import { createResultService } from "../../functions/sagemaker-result/service.ts";
import { messageOf } from "../../functions/shared/jobs/job-queue.ts";
import { MemoryAws } from "./functions-aws.ts";
import {
	aJob,
	CALLBACKS,
	inFlightIn,
	JOB_ID,
	jobIn,
	jobsEnvironment,
	putJob,
	QUEUE_A,
	START_MS,
} from "./functions-jobs.ts";
import { MODEL, TABLES } from "./functions-predict.ts";
import { sqsRecord } from "./functions-sqs-event.ts";
import { memoryTelemetry } from "./functions-telemetry.ts";

export const ENDPOINT = "digits-a";
export const DEAD_LETTERS = `${QUEUE_A}-dead`;
export const BUCKET = TABLES.bucket;
const JOB_P95_SECONDS = 20;

interface WireRequest {
	path: string;
	headers: Record<string, string>;
}

/** What the endpoint was asked for, by header without SageMaker's prefix. */
type Asked = Record<string, string>;

const PREFIX = "x-amzn-sagemaker-";

/** Accepts whatever it is asked for, unless told to refuse. */
class MemorySageMaker {
	readonly asked: Asked[] = [];
	/** Answered instead, as long as it is there. */
	refusal: { status: number; type: string; message: string } | undefined;

	client(): SageMakerRuntimeClient {
		return new SageMakerRuntimeClient({
			region: "eu-central-1",
			credentials: { accessKeyId: "test", secretAccessKey: "test" },
			maxAttempts: 1,
			requestHandler: { handle: async (request: WireRequest) => ({ response: this.#answer(request) }) },
		});
	}

	#answer({ path, headers }: WireRequest) {
		if (this.refusal) {
			const { status, type, message } = this.refusal;
			const body = Buffer.from(JSON.stringify({ message }));
			return { statusCode: status, headers: { "x-amzn-errortype": type }, body };
		}
		const own = Object.entries(headers).filter(([name]) => name.toLowerCase().startsWith(PREFIX));
		this.asked.push({
			path,
			...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase().slice(PREFIX.length), value])),
		});
		return { statusCode: 202, headers: {}, body: Buffer.from("{}") };
	}
}

/** A response of the protocol that says which attempt it is of. */
export const responseOf = (attempt: number, digits = 1): string =>
	JSON.stringify({
		model_name: MODEL,
		outputs: [{ name: "digit", datatype: "INT64", shape: [digits], data: new Array(digits).fill(attempt) }],
	});

const outputKey = (attempt: number) => `${inferenceOutputPrefix(MODEL)}${attempt}.out`;

/** SageMaker's own words, as its developer guide has them. */
export const notificationOf = (inferenceId: string, change: object): string =>
	JSON.stringify({
		awsRegion: "eu-central-1",
		eventTime: "2026-01-01T00:00:20.608Z",
		receivedTime: "2026-01-01T00:00:00.455Z",
		requestParameters: { contentType: "application/json", endpointName: ENDPOINT, inputLocation: "s3://b/k" },
		inferenceId,
		eventVersion: "1.0",
		eventSource: "aws:sagemaker",
		eventName: "InferenceResult",
		...change,
	});

export const failedWith = (reason: string, change: object = {}): object => ({
	invocationStatus: "Failed",
	failureReason: reason,
	...change,
});

export const completedAt = (outputLocation: string): object => ({
	invocationStatus: "Completed",
	responseParameters: { contentType: "application/json", outputLocation },
});

/** @param change undefined takes a field away */
export function sagemakerFixture(change: { [Field in keyof JobRecord]?: JobRecord[Field] | undefined } = {}) {
	const aws = new MemoryAws();
	const sagemaker = new MemorySageMaker();
	const clock = { nowMs: START_MS };
	const now = () => clock.nowMs;
	const { telemetry, lines } = memoryTelemetry({ now });
	const environment: Record<string, string> = {
		...jobsEnvironment,
		[ENVIRONMENT.model]: MODEL,
		[ENVIRONMENT.team]: "vision",
		[ENVIRONMENT.feature]: "reading",
		[ENVIRONMENT.slo]: JSON.stringify({ jobP95Seconds: JOB_P95_SECONDS }),
		[ENVIRONMENT.queueUrl]: QUEUE_A,
		[ENVIRONMENT.deadLetterQueueUrl]: DEAD_LETTERS,
		[ENVIRONMENT.callbackQueueUrl]: CALLBACKS,
		[ENVIRONMENT.sagemakerEndpoint]: ENDPOINT,
	};
	const tracer = trace.getTracer("test");
	const parts = { environment, telemetry, tracer, ...aws.clients(), pause: async () => undefined };
	const forwardService = createForwardService({ ...parts, sagemaker: sagemaker.client() });
	const resultService = createResultService(parts);
	const submitted = putJob(aws, Object.assign(aJob(), change));
	const message = JSON.stringify(messageOf(submitted));
	/** How often SQS has handed each message out, the next time included. */
	const delivery = { receives: 1 };
	/** Messages through the forwarding function; gives those that it wants again. */
	const forward = async (...bodies: string[]) => {
		const Records = bodies.map((body, i) => sqsRecord(body, delivery.receives, `m-${i}`));
		const { batchItemFailures } = await forwardService({ Records }, { awsRequestId: "invocation" });
		return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
	};
	const notify = (Message: string) => resultService({ Records: [{ Sns: { Message } }] });
	/** SageMaker has the result of an attempt, and says so. */
	const complete = (attempt: number, output = responseOf(attempt)) => {
		aws.objects.set(outputKey(attempt), Buffer.from(output));
		return notify(notificationOf(`${JOB_ID}#${attempt}`, completedAt(`s3://${BUCKET}/${outputKey(attempt)}`)));
	};
	const fail = (attempt: number, reason: string, times: object = {}) =>
		notify(notificationOf(`${JOB_ID}#${attempt}`, failedWith(reason, times)));
	return {
		aws,
		sagemaker,
		clock,
		lines,
		delivery,
		message,
		forward,
		notify,
		complete,
		fail,
		job: () => jobIn(aws, JOB_ID),
		inFlight: () => inFlightIn(aws, "acme"),
		bodies: (url: string) => aws.sqs.messages(url).map(({ body }) => body),
	};
}
