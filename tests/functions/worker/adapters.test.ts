/** The worker's adapters: SQS and the ECS agent as servers on loopback see them, payloads over a bucket in memory, and its settings. */
import { once } from "node:events";
import { createServer } from "node:http";
import { json, text } from "node:stream/consumers";
import { SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import fc from "fast-check";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { JOB_LIMITS } from "../../../charter/jobs.ts";
import { failureBackoffSeconds, releaseBackoffSeconds } from "../../../functions/worker/backoff.ts";
import { readConfig } from "../../../functions/worker/config.ts";
import { VISIBILITY_SECONDS } from "../../../functions/worker/held-jobs.ts";
import { jobPayloads } from "../../../functions/worker/payloads.ts";
import { sqsOutbox, sqsQueue } from "../../../functions/worker/sqs.ts";
import { ecsTaskProtection } from "../../../functions/worker/task-protection.ts";
import { jobRecord } from "../../support/worker-memory.ts";

/** A server that notes what it is asked and answers what it is told to. */
async function listen(scope: AsyncDisposableStack, answer: (asked: Asked) => { status?: number; body?: object }) {
	const asked: Asked[] = [];
	const server = createServer(async (request, response) => {
		const operation = String(request.headers["x-amz-target"] ?? "").split(".")[1] ?? "";
		const body = operation ? await json(request) : JSON.parse((await text(request)) || "null");
		const one = { method: request.method ?? "", url: request.url ?? "", operation, body };
		asked.push(one);
		const { status = 200, body: said = {} } = answer(one);
		response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(said));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	scope.defer(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	return { asked, url: typeof address === "object" && address ? `http://127.0.0.1:${address.port}` : "" };
}
interface Asked {
	method: string;
	url: string;
	operation: string;
	body: unknown;
}

describe("functions/worker, its adapters", () => {
	const sqs = (endpoint: string) =>
		new SQSClient({
			endpoint,
			region: "eu-central-1",
			credentials: { accessKeyId: "a", secretAccessKey: "b" },
			md5: false,
		});

	it("receive with the visibility that fits the lease, hide and remove by receipt", async () => {
		await using scope = new AsyncDisposableStack();
		const { asked, url } = await listen(scope, ({ operation }) =>
			operation === "ReceiveMessage" ? { body: { Messages: [{ Body: "b", ReceiptHandle: "r" }, {}] } } : {},
		);
		const queue = sqsQueue(sqs(url), `${url}/1/q`);
		const { signal } = new AbortController();
		const deliveries = await queue.receive({ most: 7, waitSeconds: 20, signal });
		expect(deliveries).to.deep.equal([
			{ body: "b", receipt: "r" },
			{ body: "", receipt: "" },
		]);
		await queue.hide({ body: "b", receipt: "r" }, 9);
		await queue.remove({ body: "b", receipt: "r" });
		const QueueUrl = `${url}/1/q`;
		expect(asked.map(({ operation, body }) => [operation, body])).to.deep.equal([
			[
				"ReceiveMessage",
				{ QueueUrl, MaxNumberOfMessages: 7, WaitTimeSeconds: 20, VisibilityTimeout: VISIBILITY_SECONDS },
			],
			["ChangeMessageVisibility", { QueueUrl, ReceiptHandle: "r", VisibilityTimeout: 9 }],
			["DeleteMessage", { QueueUrl, ReceiptHandle: "r" }],
		]);
	});
	it("set poison aside with its reason in characters that SQS takes, whatever it was", async () => {
		await using scope = new AsyncDisposableStack();
		const { asked, url } = await listen(scope, () => ({ body: { MessageId: "m" } }));
		const outbox = sqsOutbox(sqs(url), { deadLetterQueueUrl: `${url}/1/dead`, callbackQueueUrl: `${url}/1/calls` });
		await outbox.callback("j", "acme");
		await outbox.deadLetter(
			{ body: "b", receipt: "r" },
			{ reason: "a\u0000b\uD800c", code: "INTERNAL", attempts: 3, tenant: "acme" },
		);
		const string = (StringValue: string) => ({ DataType: "String", StringValue });
		expect(asked.map(({ body }) => body)).to.deep.equal([
			{ QueueUrl: `${url}/1/calls`, MessageBody: '{"job":"j"}', MessageGroupId: "acme" },
			{
				QueueUrl: `${url}/1/dead`,
				MessageBody: "b",
				MessageGroupId: "acme",
				MessageAttributes: {
					reason: string("a\uFFFDb\uFFFDc"),
					code: string("INTERNAL"),
					attempts: { DataType: "Number", StringValue: "3" },
				},
			},
		]);
		await fc.assert(
			fc.asyncProperty(fc.string({ unit: "binary", maxLength: 2_000 }), async (reason) => {
				await outbox.deadLetter({ body: "b", receipt: "r" }, { reason, code: "INTERNAL", attempts: 0 });
				const sent = JSON.stringify(asked.at(-1)?.body);
				const { MessageAttributes } = JSON.parse(sent);
				expect(MessageAttributes.reason.StringValue).to.match(
					/^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u,
				);
			}),
			{ numRuns: 15 },
		);
	});
	it("tell the ECS agent when the task is protected, say what it refused, and nobody outside ECS", async () => {
		await using scope = new AsyncDisposableStack();
		const { asked, url } = await listen(scope, ({ body }) =>
			JSON.stringify(body).includes("true") ? {} : { status: 400, body: { error: "no such task" } },
		);
		const protection = ecsTaskProtection(url);
		await protection.protect(true);
		const refused = await protection.protect(false).catch((thrown: unknown) => String(thrown));
		expect(asked.map(({ method, url: path, body }) => [method, path, body])).to.deep.equal([
			["PUT", "/task-protection/v1/state", { ProtectionEnabled: true, ExpiresInMinutes: 60 }],
			["PUT", "/task-protection/v1/state", { ProtectionEnabled: false }],
		]);
		expect(refused).to.include(
			'The ECS agent answered 400 to a change of the task\'s protection: {"error":"no such task"}',
		);
		await ecsTaskProtection(undefined).protect(true);
	});
	it("find a request in the record or in the bucket, and keep a response where it fits, by attempt", async () => {
		const objects = new Map([["large", Buffer.from('{"ü":1}')]]);
		const payloads = jobPayloads({
			find: async (key) => {
				const object = objects.get(key);
				return object && { bytes: object.byteLength, etag: "e" };
			},
			get: async (key) => objects.get(key) ?? Buffer.alloc(0),
			put: async (key, content) => void objects.set(key, Buffer.from(content)),
		});
		const inline = jobRecord({ request: "ü" });
		expect([await payloads.requestBytes(inline), await payloads.readRequest(inline)]).to.deep.equal([2, "ü"]);
		const { request: _, ...rest } = jobRecord({ job: "j", attempt: 4, requestKey: "large" });
		expect([await payloads.requestBytes(rest), await payloads.readRequest(rest)]).to.deep.equal([8, '{"ü":1}']);
		expect(await payloads.requestBytes({ ...rest, requestKey: "gone" })).to.equal(undefined);
		const small = "x".repeat(JOB_LIMITS.inlineMaxBytes);
		expect(await payloads.writeResponse(rest, small)).to.deep.equal({ response: small });
		const responseKey = "jobs/acme/j/response-4.json";
		expect(await payloads.writeResponse(rest, `${small}x`)).to.deep.equal({ responseKey });
		expect(objects.get(responseKey)?.byteLength).to.equal(JOB_LIMITS.inlineMaxBytes + 1);
	});
	it("read the settings by their names, and say which one is missing", () => {
		const environment: Record<string, string> = {
			[ENVIRONMENT.serviceName]: "worker",
			[ENVIRONMENT.environment]: "dev",
			[ENVIRONMENT.model]: "m",
			[ENVIRONMENT.team]: "t",
			[ENVIRONMENT.feature]: "f",
			[ENVIRONMENT.slo]: '{"jobP95Seconds":30}',
			[ENVIRONMENT.queueUrl]: "q",
			[ENVIRONMENT.deadLetterQueueUrl]: "d",
			[ENVIRONMENT.callbackQueueUrl]: "c",
			[ENVIRONMENT.jobsTable]: "jobs",
			[ENVIRONMENT.jobsBucket]: "bucket",
			[ENVIRONMENT.modelServerUrl]: "http://127.0.0.1:8080",
			[ENVIRONMENT.healthPort]: "8081",
			[ENVIRONMENT.batchMaxSize]: "16",
			[ENVIRONMENT.batchMaxWaitMs]: "20",
		};
		expect(readConfig(environment)).to.include({ inferTimeoutMs: 30_000, batchMaxSize: 16, agentUri: undefined });
		expect(
			readConfig({ ...environment, [ENVIRONMENT.inferTimeoutMs]: "500", ECS_AGENT_URI: "http://169.254.170.2" }),
		).to.include({
			inferTimeoutMs: 500,
			agentUri: "http://169.254.170.2",
		});
		for (const name of Object.keys(environment))
			expect(() => readConfig({ ...environment, [name]: "" })).to.throw(name);
	});
	it("hold back longer with each failure, but a minute and a fifth at most", () => {
		expect([1, 2, 3, 9].map((failures) => failureBackoffSeconds(failures, 0))).to.deep.equal([2, 4, 8, 60]);
		expect(failureBackoffSeconds(9, 0.999)).to.equal(72);
		expect([releaseBackoffSeconds(0), releaseBackoffSeconds(0.999)]).to.deep.equal([2, 4]);
	});
});
