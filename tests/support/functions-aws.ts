/**
 * The SDK's own clients over an AWS in memory: requests are serialized and signed, answers parsed, nothing leaves the process.
 * For unit tests and the bench; it has no latency of its own.
 */
import { Readable } from "node:stream";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamodbFault, MemoryDynamodb } from "./functions-dynamodb.ts";
import { MemoryS3 } from "./functions-s3.ts";
import { MemorySqs } from "./functions-sqs.ts";

interface WireRequest {
	method: string;
	hostname: string;
	path: string;
	headers: Record<string, string>;
	body?: unknown;
}
interface WireOptions {
	abortSignal?: AbortSignal;
}

/** What a test makes an operation do instead of answering; "lose" does it, and loses the answer. */
export type Disturbance = "fail" | "hang" | "lose";

/** AWS in memory. `objects` is the bucket's content by key. */
export class MemoryAws {
	readonly dynamodb = new MemoryDynamodb();
	readonly sqs = new MemorySqs();
	readonly #s3 = new MemoryS3();
	readonly objects = this.#s3.objects;
	/** Operations called, in order, as in "GetItem" or "GetObject". */
	readonly calls: string[] = [];
	/** By operation: what it does from now on instead of answering. */
	readonly disturbances = new Map<string, Disturbance>();

	clients(): { dynamodb: DynamoDBClient; s3: S3Client; sqs: SQSClient } {
		const config = {
			region: "eu-central-1",
			credentials: { accessKeyId: "test", secretAccessKey: "test" },
			maxAttempts: 1,
			requestHandler: { handle: (request: WireRequest, options?: WireOptions) => this.#handle(request, options) },
		};
		return {
			dynamodb: new DynamoDBClient(config),
			s3: new S3Client({ ...config, requestChecksumCalculation: "WHEN_REQUIRED" }),
			sqs: new SQSClient(config),
		};
	}

	async #handle(request: WireRequest, { abortSignal }: WireOptions = {}) {
		const [service, operation = s3Operation(request)] = request.headers["x-amz-target"]?.split(".") ?? [];
		this.calls.push(operation);
		const disturbance = this.disturbances.get(operation);
		if (disturbance === "hang") await aborted(abortSignal);
		if (disturbance === "fail") return failed();
		const answer = service === undefined ? this.#askS3(request) : this.#ask(service, operation, textOf(request.body));
		return disturbance === "lose" ? failed() : answer;
	}

	#ask(service: string, operation: string, body: string) {
		const backend = service === "AmazonSQS" ? this.sqs : this.dynamodb;
		try {
			const method: unknown = Reflect.get(backend, operation);
			if (typeof method !== "function") throw new Error(`The in-memory AWS has no ${operation}.`);
			return response(200, JSON.stringify(method.call(backend, JSON.parse(body))));
		} catch (thrown) {
			if (!(thrown instanceof DynamodbFault)) throw thrown;
			return response(400, JSON.stringify({ __type: thrown.type, message: thrown.message, ...thrown.fields }));
		}
	}

	#askS3(request: WireRequest) {
		const { status, body, headers } = this.#s3.answer(request);
		return response(status, body, headers);
	}
}

function s3Operation({ method, headers }: WireRequest): string {
	if (headers["x-amz-copy-source"] !== undefined) return "CopyObject";
	return method === "PUT" ? "PutObject" : method === "HEAD" ? "HeadObject" : "GetObject";
}

const textOf = (body: unknown): string => (body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body));

const response = (statusCode: number, body: string | Uint8Array, headers: Record<string, string> = {}) => ({
	response: {
		statusCode,
		headers: { "content-length": String(Buffer.byteLength(body)), ...headers },
		body: Readable.from([Buffer.from(body)]),
	},
});
const failed = () => response(500, JSON.stringify({ __type: "InternalServerError", message: "down" }));

const aborted = (signal: AbortSignal | undefined): Promise<never> =>
	new Promise((_, reject) => {
		const fail = () => reject(Object.assign(new Error("Request aborted"), { name: "AbortError" }));
		if (signal?.aborted) fail();
		signal?.addEventListener("abort", fail);
	});
