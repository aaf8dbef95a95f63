/**
 * Settings for the SDK's own clients that answer by operation: "StartExecution", or for REST services the method and the end of
 * the path, "GET /aliases/live". Nothing leaves the process.
 */
import { Readable } from "node:stream";

/** An answer's body, or a refusal. */
export type Answer = object | { status: number; type: string };

interface WireRequest {
	method: string;
	path: string;
	headers: Record<string, string>;
	body?: string | Uint8Array;
}

interface Asked {
	operation: string;
	body: unknown;
}

const REST_PARTS = 2;

export function wire(answers: Readonly<Record<string, Answer>>) {
	const asked: Asked[] = [];
	const handle = async ({ method, path, headers, body = "" }: WireRequest) => {
		const [, target] = headers["x-amz-target"]?.split(".") ?? [];
		// CloudWatch says its operation in the path.
		const named = target ?? /\/operation\/(\w+)$/.exec(path)?.[1];
		const operation = named ?? `${method} /${path.split("/").slice(-REST_PARTS).join("/")}`;
		const text = typeof body === "string" ? body : new TextDecoder().decode(body);
		asked.push({ operation, body: text === "" ? undefined : JSON.parse(text) });
		const answer = answers[operation];
		if (!answer) throw new Error(`Nobody has said what AWS answers to ${operation}.`);
		const { status = 200, type } = { status: undefined, type: undefined, ...answer };
		const json = type === undefined ? JSON.stringify(answer) : JSON.stringify({ __type: type, message: type });
		return {
			response: {
				statusCode: status ?? 200,
				headers: { "content-type": "application/json", ...(type === undefined ? {} : { "x-amzn-errortype": type }) },
				body: Readable.from([Buffer.from(json)]),
			},
		};
	};
	const config = {
		region: "eu-central-1",
		credentials: { accessKeyId: "test", secretAccessKey: "test" },
		maxAttempts: 1,
		requestHandler: { handle },
	};
	return { config, asked };
}
