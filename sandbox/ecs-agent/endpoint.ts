/**
 * What the ECS agent answers to a task's containers over HTTP: the credentials of its role, and its protection from scaling in.
 * A task is known by the secret in its path, as on AWS. Not the metadata endpoint, which nothing in the sandbox asks.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
	ECSClient,
	GetTaskProtectionCommand,
	type ProtectedTask,
	UpdateTaskProtectionCommand,
} from "@aws-sdk/client-ecs";
import { z } from "zod";
import type { SessionCredentials } from "./credentials.ts";

const BODY_MAX_BYTES = 4_096;
const ROUTE = /^\/(credentials|api)\/([0-9a-f-]{36})(\/task-protection\/v1\/state)?$/;

const ProtectionRequest = z.object({
	ProtectionEnabled: z.boolean(),
	ExpiresInMinutes: z.int().min(1).max(2880).optional(),
});

/** A task that may ask. */
interface EndpointTask {
	taskArn: string;
	clusterArn: string;
	/** Absent where the task has no role. */
	credentials?: () => Promise<SessionCredentials>;
}

export interface Endpoint {
	/** Of the agent, and of the credentials, for the task with this secret. */
	urls(secret: string): { agent: string; credentials: string };
	add(secret: string, task: EndpointTask): void;
	remove(secret: string): void;
	stop(): Promise<void>;
}

interface Answer {
	status: number;
	body: object;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startEndpoint(aws: { endpoint: string; region: string }): Promise<Endpoint> {
	const tasks = new Map<string, EndpointTask>();
	const server = createServer((request, response) => {
		answer(request, tasks, aws).then(
			({ status, body }) => send(response, status, body),
			(error: unknown) => send(response, 500, { message: error instanceof Error ? error.message : String(error) }),
		);
	});
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(0, "127.0.0.1", resolve);
	});
	const address = server.address();
	const url = `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
	return {
		urls: (secret) => ({ agent: `${url}/api/${secret}`, credentials: `${url}/credentials/${secret}` }),
		add: (secret, task) => void tasks.set(secret, task),
		remove: (secret) => void tasks.delete(secret),
		async stop() {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await closed;
		},
	};
}

async function answer(
	request: IncomingMessage,
	tasks: ReadonlyMap<string, EndpointTask>,
	aws: { endpoint: string; region: string },
): Promise<Answer> {
	const [, kind, secret = "", state] = ROUTE.exec(request.url ?? "") ?? [];
	const task = tasks.get(secret);
	if (task === undefined) return { status: 404, body: { message: "No running task has this path." } };
	if (kind === "credentials" && state === undefined && request.method === "GET") {
		if (task.credentials === undefined) return { status: 404, body: { message: "The task has no role." } };
		return { status: 200, body: await task.credentials() };
	}
	if (kind === "api" && state !== undefined && (request.method === "PUT" || request.method === "GET"))
		return protection(request, task, aws);
	return { status: 404, body: { message: `There is no ${request.method} of this path.` } };
}

/** By the task's own role, which must permit it, as on AWS. */
async function protection(
	request: IncomingMessage,
	{ taskArn, clusterArn, credentials }: EndpointTask,
	{ endpoint, region }: { endpoint: string; region: string },
): Promise<Answer> {
	const failure = (Code: string, Message: string): Answer => ({
		status: 400,
		body: { error: { Arn: taskArn, Code, Message } },
	});
	const body = request.method === "PUT" ? ProtectionRequest.safeParse(await jsonOf(request)) : undefined;
	if (body?.success === false) return failure("InvalidParameterException", z.prettifyError(body.error));
	if (credentials === undefined) return failure("AccessDeniedException", "The task has no role.");
	const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken } = await credentials();
	const ecs = new ECSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey, sessionToken } });
	const of = { cluster: clusterArn, tasks: [taskArn] };
	try {
		const { protectedTasks = [], failures = [] } = await (body === undefined
			? ecs.send(new GetTaskProtectionCommand(of))
			: ecs.send(
					new UpdateTaskProtectionCommand({
						...of,
						protectionEnabled: body.data.ProtectionEnabled,
						expiresInMinutes: body.data.ExpiresInMinutes,
					}),
				));
		const [found] = protectedTasks;
		if (found) return { status: 200, body: { protection: protectionOf(found) } };
		return {
			status: 200,
			body: { failure: { Arn: taskArn, Reason: failures[0]?.reason, Detail: failures[0]?.detail } },
		};
	} catch (error) {
		return error instanceof Error ? failure(error.name, error.message) : failure("ServerException", String(error));
	} finally {
		ecs.destroy();
	}
}

const protectionOf = ({ taskArn, protectionEnabled, expirationDate }: ProtectedTask) => ({
	TaskArn: taskArn,
	ProtectionEnabled: protectionEnabled,
	ExpirationDate: expirationDate?.toISOString(),
});

/** The body's JSON; undefined where it is none, or too long for what is asked here. */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request) {
		const piece = Buffer.from(chunk);
		bytes += piece.length;
		if (bytes > BODY_MAX_BYTES) return undefined;
		chunks.push(piece);
	}
	try {
		return JSON.parse(Buffer.concat(chunks).toString("utf8"));
	} catch {
		// Judged by the schema, which takes nothing for no object.
		return undefined;
	}
}

function send(response: ServerResponse, status: number, body: object): void {
	response.writeHead(status, { "content-type": "application/json", connection: "close" }).end(JSON.stringify(body));
}
