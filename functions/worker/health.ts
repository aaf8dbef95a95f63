/**
 * Tells whoever asks by HTTP whether the worker can work: GET /health is 200 while it reaches queue and model server, else 503.
 * A draining worker is well.
 */
import { createServer, type Server } from "node:http";
import type { ModelServer } from "./ports.ts";
import type { WorkerStatus } from "./worker.ts";

export interface HealthParts {
	status: () => WorkerStatus;
	server: Pick<ModelServer, "isReady">;
}

export interface Health {
	port: number;
	stop(): Promise<void>;
}

const PATH = "/health";

/** @param port 0 for any free one */
export async function serveHealth(port: number, parts: HealthParts): Promise<Health> {
	const server = createServer((request, response) => {
		const answer = (statusCode: number, body: object): void => {
			response.writeHead(statusCode, { "content-type": "application/json" });
			response.end(JSON.stringify(body));
		};
		request.resume();
		const [path] = (request.url ?? "").split("?", 1);
		if (path !== PATH) answer(404, { error: `There is only ${PATH} here.` });
		else if (request.method !== "GET" && request.method !== "HEAD") answer(405, { error: "Use GET." });
		else void healthOf(parts).then(({ isWell, ...body }) => answer(isWell ? 200 : 503, body));
	});
	await listen(server, port);
	const address = server.address();
	return {
		port: typeof address === "object" && address ? address.port : port,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

async function healthOf({ status, server }: HealthParts) {
	const now = status();
	const isModelServerReady = await server.isReady();
	const isLeaving = now.state === "DRAINING" || now.state === "STOPPED";
	return { ...now, isModelServerReady, isWell: isLeaving || (now.isQueueReachable && isModelServerReady) };
}

const listen = (server: Server, port: number): Promise<void> =>
	new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, "0.0.0.0", resolve);
	});
