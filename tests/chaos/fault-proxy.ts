/**
 * Stands between the platform and the embedded AWS, and makes calls fail as faults.ts plans them.
 * Passes on whatever is not planned to fail, byte for byte; holds no choice of its own.
 */
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request as openRequest, type ServerResponse } from "node:http";
import { TriplaneError } from "../../charter/errors.ts";
import { callOf, FAULTS, type Fault, refusalOf, type ServiceCall } from "./faults.ts";

/** Longer than any client waits: a call without an answer ends when its client gives up. */
const SILENCE_SECONDS = 60;

export interface FaultProxyOptions {
	/** URL of the embedded AWS. */
	target: string;
	/** Which fault a call meets; undefined lets it through. */
	faultOf: (call: ServiceCall) => Fault | undefined;
	/** Told of each call that took place, with its body, whether or not its caller got the answer. */
	onCall?: (call: ServiceCall, body: Buffer) => void;
}

export interface FaultProxy {
	/** What the platform takes for AWS, without trailing slash. */
	readonly url: string;
	/** Calls of the services that can fail, and how many met which fault. */
	counts(): Readonly<Record<"calls" | Fault, number>>;
	close(): Promise<void>;
}

export async function startFaultProxy({ target, faultOf, onCall }: FaultProxyOptions): Promise<FaultProxy> {
	const agent = new Agent({ keepAlive: true });
	const counts = { calls: 0, ...zeroOf(FAULTS) };
	const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
		const body = await bodyOf(incoming);
		const call = callOf(headerOf(incoming, "x-amz-target"));
		const fault = call && faultOf(call);
		if (call) counts.calls += 1;
		if (fault) counts[fault] += 1;
		if (call && (fault === "error" || fault === "throttle" || fault === "conflict")) {
			const { status, body: text } = refusalOf(fault, call, body);
			outgoing.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(text);
			return;
		}
		if (fault === "silence") return fallSilent(outgoing);
		const passed = await pass({ target, agent, incoming, body, outgoing });
		if (call && passed.status < 300) onCall?.(call, body);
		if (fault === "lost") return fallSilent(outgoing);
		if (fault === "reset") return void outgoing.socket?.resetAndDestroy();
		outgoing.writeHead(passed.status, passed.headers).end(passed.body);
	};
	const server = createServer((incoming, outgoing) => {
		answer(incoming, outgoing).catch(() => outgoing.socket?.destroy());
	});
	server.requestTimeout = 0;
	await once(server.listen(0, "127.0.0.1"), "listening");
	const address = server.address();
	if (address === null || typeof address !== "object") throw new TriplaneError("The fault proxy got no port.");
	return {
		url: `http://127.0.0.1:${address.port}`,
		counts: () => counts,
		close: async () => {
			agent.destroy();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

const zeroOf = <Name extends string>(names: readonly Name[]): Record<Name, number> =>
	Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;

const headerOf = ({ headers }: IncomingMessage, name: string): string | undefined => {
	const value = headers[name];
	return Array.isArray(value) ? value[0] : value;
};

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
	const parts: Buffer[] = [];
	for await (const part of message) parts.push(part);
	return Buffer.concat(parts);
}

function fallSilent(outgoing: ServerResponse): void {
	const timer = setTimeout(() => outgoing.socket?.destroy(), SILENCE_SECONDS * 1000);
	outgoing.once("close", () => clearTimeout(timer));
}

interface Passing {
	target: string;
	agent: Agent;
	incoming: IncomingMessage;
	body: Buffer;
	outgoing: ServerResponse;
}

interface Passed {
	status: number;
	headers: NodeJS.Dict<string | string[]>;
	body: Buffer;
}

/** Sends the request on; a caller that goes away takes its request with it. */
async function pass({ target, agent, incoming, body, outgoing }: Passing): Promise<Passed> {
	const { method, headers, url = "/" } = incoming;
	const { "transfer-encoding": _, ...rest } = headers;
	const onward = openRequest(`${target}${url}`, {
		method,
		agent,
		headers: { ...rest, "content-length": String(body.length) },
	});
	const abandon = () => onward.destroy();
	outgoing.once("close", abandon);
	try {
		onward.end(body);
		const [response] = (await once(onward, "response")) as [IncomingMessage];
		const { statusCode = 502, headers: answered } = response;
		const { "transfer-encoding": __, connection: ___, ...kept } = answered;
		return { status: statusCode, headers: kept, body: await bodyOf(response) };
	} finally {
		outgoing.off("close", abandon);
	}
}
