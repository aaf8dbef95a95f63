/** The client of model servers against servers of all kinds on loopback: each answer, and none, becomes the outcome that it means. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import fc from "fast-check";
import { httpModelServer } from "../../../functions/worker/model-server.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

describe("functions/worker/model-server", () => {
	let answer: Answer = (_, response) => response.end();
	const server = createServer((request, response) => void answer(request, response));
	let url = "";
	before(async () => {
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		const address = server.address();
		url = typeof address === "object" && address ? `http://127.0.0.1:${address.port}/` : "";
	});
	after(() => {
		server.closeAllConnections();
		server.close();
	});

	const call = { model: "m", version: 3, body: '{"inputs":[]}' };
	const infer = (signal = new AbortController().signal, inferTimeoutMs = 5_000) =>
		httpModelServer({ url, inferTimeoutMs }).infer(call, signal);
	const says = (status: number, body: string): Answer => {
		return (_, response) => response.writeHead(status).end(body);
	};

	it("asks for the version by the protocol's path and gives back what it answers", async () => {
		let asked: unknown[] = [];
		answer = async (request, response) => {
			asked = [request.method, request.url, request.headers["content-type"], await text(request)];
			response.end('{"outputs":[{"data":[9223372036854775807]}]}');
		};
		const outcome = await infer();
		expect(asked).to.deep.equal(["POST", "/v2/models/m/versions/3/infer", "application/json", call.body]);
		expect(outcome.kind).to.equal("answered");
		expect(JSON.stringify(outcome)).to.include('{"outputs":[{"data":[9223372036854775807]}]}');
	});
	it("tells refusals, busy servers and faults apart by their status, with the server's own words", async () => {
		const kinds: Record<number, string> = { 400: "refused", 413: "refused", 415: "refused", 422: "refused" };
		for (const status of [408, 425, 429, 503]) kinds[status] = "busy";
		for (const status of [401, 403, 404, 409, 500, 502, 504]) kinds[status] = "failed";
		for (const [status, kind] of Object.entries(kinds)) {
			answer = says(Number(status), '{"error":"no such shape"}');
			const outcome = await infer();
			expect(outcome).to.include({ kind, message: "The model server answered: no such shape" });
		}
		answer = says(500, "<html>");
		expect(await infer()).to.deep.equal({
			kind: "failed",
			code: "INTERNAL",
			message: "The model server answered: the status 500 without a reason",
		});
	});
	it("takes no text but JSON for an answer, and follows nobody elsewhere", async () => {
		answer = says(200, "ready");
		expect(await infer()).to.deep.equal({
			kind: "failed",
			code: "INTERNAL",
			message: "The model server's answer is no JSON.",
		});
		answer = (_, response) => response.writeHead(307, { location: "http://169.254.169.254/" }).end();
		expect(await infer()).to.include({ kind: "failed", code: "INTERNAL" });
	});
	it("does not wait longer than it may, nor for a server that breaks off or is not there", async () => {
		answer = () => {};
		expect(await infer(undefined, 50)).to.deep.equal({
			kind: "failed",
			code: "DEADLINE_EXCEEDED",
			message: "The model server did not answer within 50 ms.",
		});
		answer = (_, response) => response.writeHead(200, { "content-length": "10" }).write("{", () => response.destroy());
		expect(await infer()).to.include({ kind: "failed", code: "UNAVAILABLE" });
		const nowhere = httpModelServer({ url: "http://127.0.0.1:1", inferTimeoutMs: 1_000 });
		expect(await nowhere.infer(call, new AbortController().signal)).to.include({ kind: "failed", code: "UNAVAILABLE" });
		expect(await nowhere.isReady()).to.equal(false);
	});
	it("lets an abort through, as what it is", async () => {
		answer = () => {};
		const controller = new AbortController();
		const waiting = infer(controller.signal);
		controller.abort(new Error("no time left"));
		const thrown = await waiting.catch((reason: unknown) => reason);
		expect(thrown).to.equal(controller.signal.reason);
	});
	it("is ready only where the server says so", async () => {
		const client = httpModelServer({ url, inferTimeoutMs: 1_000 });
		answer = (request, response) => response.writeHead(request.url === "/v2/health/ready" ? 200 : 404).end();
		expect(await client.isReady()).to.equal(true);
		answer = says(400, "");
		expect(await client.isReady()).to.equal(false);
	});
	it("makes an outcome of any status and any body", () =>
		fc.assert(
			fc.asyncProperty(fc.integer({ min: 200, max: 599 }), fc.oneof(fc.json(), fc.string()), async (status, body) => {
				answer = says(status, body);
				const outcome = await infer();
				expect(outcome.kind).to.be.oneOf(["answered", "refused", "busy", "failed"]);
				if (outcome.kind === "answered") expect(status).to.equal(200);
			}),
			{ numRuns: 60 },
		));
});
