import { once } from "node:events";
import { createServer } from "node:http";
import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { type FaultProxyOptions, startFaultProxy } from "./fault-proxy.ts";
import type { Fault } from "./faults.ts";

const SQS_TARGET = { "x-amz-target": "AmazonSQS.SendMessage" };

describe("tests/chaos/fault-proxy", () => {
	let scope: AsyncDisposableStack;
	/** Bodies that reached the service. */
	let reached: string[];
	let target: string;
	let answer: { status: number; body: string };
	beforeEach(async () => {
		scope = new AsyncDisposableStack();
		reached = [];
		answer = { status: 200, body: "{}" };
		const service = createServer(async (request, response) => {
			let text = "";
			for await (const part of request) text += part;
			reached.push(text);
			response.writeHead(answer.status, { "x-of-service": "yes" }).end(answer.body);
		});
		await once(service.listen(0, "127.0.0.1"), "listening");
		scope.defer(() => void service.close());
		const address = service.address();
		target = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
	});
	afterEach(() => scope.disposeAsync());

	const proxyWith = async (fault: Fault | undefined, more: Partial<FaultProxyOptions> = {}) => {
		const proxy = await startFaultProxy({ target, faultOf: () => fault, ...more });
		scope.defer(() => proxy.close());
		return proxy;
	};
	const post = (url: string, headers: Record<string, string> = SQS_TARGET, timeoutMs = 5000) =>
		fetch(`${url}/queue?x=1`, { method: "POST", headers, body: "hello", signal: AbortSignal.timeout(timeoutMs) });

	it("passes a call on and its answer back as they are", async () => {
		const proxy = await proxyWith(undefined);
		answer = { status: 418, body: '{"a":"ü"}' };
		const response = await post(proxy.url);
		expect([response.status, response.headers.get("x-of-service"), await response.text(), reached]).to.deep.equal([
			418,
			"yes",
			'{"a":"ü"}',
			["hello"],
		]);
	});

	it("never fails calls of other services", async () => {
		const proxy = await proxyWith("error");
		expect((await post(proxy.url, {})).status).to.equal(200);
		expect(proxy.counts()).to.deep.include({ calls: 0, error: 0 });
	});

	it("refuses before the call takes place, in words that the SDK takes for the service's", async () => {
		const proxy = await proxyWith("throttle");
		const credentials = { accessKeyId: "test", secretAccessKey: "test" };
		const config = { endpoint: proxy.url, region: "us-east-1", credentials, maxAttempts: 1 };
		const item = new GetItemCommand({ TableName: "jobs", Key: { pk: { S: "x" } } });
		const refused = async (call: Promise<unknown>) => call.then(String, (error: Error) => error.name);
		expect([
			await refused(new DynamoDBClient(config).send(item)),
			await refused(
				new SQSClient(config).send(new SendMessageCommand({ QueueUrl: `${proxy.url}/0/q`, MessageBody: "m" })),
			),
			reached,
		]).to.deep.equal(["ProvisionedThroughputExceededException", "RequestThrottled", []]);
	});

	it("passes the service's own refusals on", async () => {
		const proxy = await proxyWith(undefined);
		answer = { status: 400, body: '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}' };
		const credentials = { accessKeyId: "test", secretAccessKey: "test" };
		const client = new DynamoDBClient({ endpoint: proxy.url, region: "us-east-1", credentials });
		const error = await client.send(new GetItemCommand({ TableName: "jobs", Key: { pk: { S: "x" } } })).catch((e) => e);
		expect(error).to.be.instanceOf(ConditionalCheckFailedException);
	});

	it("breaks the connection after the call took place", async () => {
		const calls: string[] = [];
		const proxy = await proxyWith("reset", { onCall: ({ operation }, body) => calls.push(`${operation} ${body}`) });
		const error: Error & { cause?: { code?: string } } = await post(proxy.url).catch((thrown) => thrown);
		expect([error.cause?.code, reached, calls]).to.deep.equal(["ECONNRESET", ["hello"], ["SendMessage hello"]]);
	});

	for (const [fault, arrivals] of [
		["silence", []],
		["lost", ["hello"]],
	] as const)
		it(`answers nothing at a ${fault}, and the call ${arrivals.length ? "takes" : "does not take"} place`, async () => {
			const proxy = await proxyWith(fault);
			const error = await post(proxy.url, SQS_TARGET, 300).catch((thrown) => thrown);
			expect([error.name, reached]).to.deep.equal(["TimeoutError", arrivals]);
			expect(proxy.counts()).to.deep.include({ calls: 1, [fault]: 1 });
		});

	it("tells only of calls that took place", async () => {
		const calls: string[] = [];
		const proxy = await proxyWith(undefined, { onCall: ({ operation }) => calls.push(operation) });
		answer = { status: 400, body: "{}" };
		await post(proxy.url);
		answer = { status: 200, body: "{}" };
		await post(proxy.url);
		expect(calls).to.deep.equal(["SendMessage"]);
	});
});
