/**
 * The SDK's own clients over an AWS in memory: requests are serialized and signed, answers parsed, nothing leaves the process.
 * For unit tests and the bench; it has no latency of its own.
 */
import { Readable } from "node:stream";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamodbFault, MemoryDynamodb } from "./functions-dynamodb.ts";

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

/** What a test makes an operation do instead of answering. */
export type Disturbance = "fail" | "hang";

/** AWS in memory. `objects` is the bucket's content by key. */
export class MemoryAws {
	readonly dynamodb = new MemoryDynamodb();
	readonly objects = new Map<string, Uint8Array>();
	/** Operations called, in order, as in "GetItem" or "GetObject". */
	readonly calls: string[] = [];
	/** By operation: what it does from now on instead of answering. */
	readonly disturbances = new Map<string, Disturbance>();

	clients(): { dynamodb: DynamoDBClient; s3: S3Client } {
		const config = {
			region: "eu-central-1",
			credentials: { accessKeyId: "test", secretAccessKey: "test" },
			maxAttempts: 1,
			requestHandler: { handle: (request: WireRequest, options?: WireOptions) => this.#handle(request, options) },
		};
		return { dynamodb: new DynamoDBClient(config), s3: new S3Client(config) };
	}

	async #handle(request: WireRequest, { abortSignal }: WireOptions = {}) {
		const target = request.headers["x-amz-target"]?.split(".")[1];
		const operation = target ?? (request.method === "PUT" ? "PutObject" : "GetObject");
		this.calls.push(operation);
		const disturbance = this.disturbances.get(operation);
		if (disturbance === "hang") await aborted(abortSignal);
		if (disturbance === "fail")
			return response(500, JSON.stringify({ __type: "InternalServerError", message: "down" }));
		return target === undefined ? this.#s3(request) : this.#dynamodb(target, textOf(request.body));
	}

	#dynamodb(operation: string, body: string) {
		try {
			const method: unknown = Reflect.get(this.dynamodb, operation);
			if (typeof method !== "function") throw new Error(`The in-memory DynamoDB has no ${operation}.`);
			return response(200, JSON.stringify(method.call(this.dynamodb, JSON.parse(body))));
		} catch (thrown) {
			if (!(thrown instanceof DynamodbFault)) throw thrown;
			return response(400, JSON.stringify({ __type: thrown.type, message: thrown.message, ...thrown.fields }));
		}
	}

	#s3({ method, path, body }: WireRequest) {
		const key = decodeURIComponent(path.slice(1));
		if (method === "PUT") {
			if (!(body instanceof Uint8Array)) throw new Error("The in-memory S3 takes bytes alone.");
			this.objects.set(key, body);
			return response(200, "");
		}
		const object = this.objects.get(key);
		if (object) return response(200, object);
		return response(404, "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>");
	}
}

const textOf = (body: unknown): string => (body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body));

const response = (statusCode: number, body: string | Uint8Array) => ({
	response: {
		statusCode,
		headers: { "content-length": String(Buffer.byteLength(body)) },
		body: Readable.from([Buffer.from(body)]),
	},
});

const aborted = (signal: AbortSignal | undefined): Promise<never> =>
	new Promise((_, reject) => {
		const fail = () => reject(Object.assign(new Error("Request aborted"), { name: "AbortError" }));
		if (signal?.aborted) fail();
		signal?.addEventListener("abort", fail);
	});
