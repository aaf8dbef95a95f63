/**
 * The model server's HTTP: reads bounded bodies, answers errors in the protocol's form, and says when it is idle.
 * Whatever comes in, there is an answer and the process lives; what it is answered with is answers.ts's.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { ApiError } from "../../charter/errors.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { ATTRIBUTES_HEADER } from "../../charter/sagemaker.ts";
import { type Answer, errorAnswer } from "../shared/http/answer.ts";
import type { Log } from "../shared/telemetry/log.ts";
import { type Operation, readOperation } from "./operations.ts";

export interface DoorParts {
	model: string;
	answer: (operation: Operation, body: Uint8Array) => Promise<Answer>;
	log: Log;
	now: () => number;
}

export interface Door {
	server: Server;
	/** Milliseconds without an inference in work, 0 while there is one; whoever asks for its health only is no work. */
	idleMs(): number;
}

/** The largest request of a job, and the form around its rows. */
export const BODY_MAX_BYTES = JOB_LIMITS.uploadMaxBytes + 64 * 1024;
/** A worker sends one at a time; more than this is no worker. */
const IN_WORK_MAX = 16;
/** Longer than its clients keep idle connections, so that they close them first. */
const KEEP_ALIVE_MS = 75_000;
const BODY_TIMEOUT_MS = 60_000;
const FIRST_SERVER_ERROR = 500;
const BUSY_RETRY_SECONDS = 1;

export function createDoor(parts: DoorParts): Door {
	let inWork = 0;
	let idleSinceMs = parts.now();
	const infer = async (work: () => Promise<Answer>): Promise<Answer> => {
		if (inWork >= IN_WORK_MAX) throw busy();
		inWork += 1;
		try {
			return await work();
		} finally {
			inWork -= 1;
			idleSinceMs = parts.now();
		}
	};
	const server = createServer(
		{ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: BODY_TIMEOUT_MS },
		(request, response) => void respond(request, response, infer, parts),
	);
	return { server, idleMs: () => (inWork > 0 ? 0 : parts.now() - idleSinceMs) };
}

type Bounded = (work: () => Promise<Answer>) => Promise<Answer>;

async function respond(request: IncomingMessage, response: ServerResponse, infer: Bounded, parts: DoorParts) {
	const { method = "", url = "" } = request;
	const [path = ""] = url.split("?", 1);
	try {
		const operation = readOperation(parts.model, method, path, request.headers[ATTRIBUTES_HEADER]?.toString());
		const work = async () => parts.answer(operation, await readBody(request));
		send(response, await (operation.kind === "infer" ? infer(work) : work()));
	} catch (thrown) {
		// Its sender has gone: nobody to answer.
		if (request.destroyed && !request.complete) return;
		const { answer, error } = errorAnswer(thrown, randomUUID());
		if (answer.status >= FIRST_SERVER_ERROR)
			parts.log.error(`${method} ${path.slice(0, 200)}`, { status: answer.status }, error);
		// What was not read of a body would be taken for the next request.
		if (!request.complete) response.setHeader("connection", "close");
		send(response, answer);
	}
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
	const tooLarge = () =>
		new ApiError("PAYLOAD_TOO_LARGE", `The body has more than ${BODY_MAX_BYTES} bytes. Send fewer rows.`);
	if (Number(request.headers["content-length"] ?? 0) > BODY_MAX_BYTES) throw tooLarge();
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request.iterator({ destroyOnReturn: false })) {
		const part: Buffer = chunk;
		bytes += part.byteLength;
		if (bytes > BODY_MAX_BYTES) throw tooLarge();
		chunks.push(part);
	}
	return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
	response.writeHead(status, { "content-type": "application/json", ...headers });
	response.end(body);
}

const busy = (): ApiError =>
	new ApiError("UNAVAILABLE", `The server has ${IN_WORK_MAX} requests in work. Try again.`, {
		retryAfterSeconds: BUSY_RETRY_SECONDS,
	});
