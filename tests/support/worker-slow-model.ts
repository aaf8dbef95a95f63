/**
 * A model server that takes its time: the real one behind a door that holds each call back, one after the other as one GPU would.
 * What it answers is the real server's own.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface SlowModel {
	port: number;
	/** Inference calls that have come in so far. */
	calls(): number;
	/** Ends at once, with whatever it was working on, as a process that is killed does. */
	crash(): Promise<void>;
}

/** @param target URL of the real model server */
export async function startSlowModel(target: string, callMs: number): Promise<SlowModel> {
	let calls = 0;
	let last: Promise<unknown> = Promise.resolve();
	const ended = new AbortController();
	const { signal } = ended;
	const server = createServer(async (request, response) => {
		const parts: Buffer[] = [];
		for await (const part of request) parts.push(part);
		const { method = "GET", url = "" } = request;
		if (method === "POST") {
			calls += 1;
			last = last.then(() => sleep(callMs, undefined, { signal }));
		}
		try {
			await last;
			const body = Buffer.concat(parts);
			const headers = { "content-type": "application/json" };
			const answer = await fetch(`${target}${url}`, { method, headers, signal, ...(method === "POST" && { body }) });
			response.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
		} catch {
			response.destroy();
		}
	});
	await once(server.listen(0, "127.0.0.1"), "listening");
	const address = server.address();
	return {
		port: typeof address === "object" && address ? address.port : 0,
		calls: () => calls,
		crash: async () => {
			ended.abort();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
