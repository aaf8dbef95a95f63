/** How long the worker's clients wait for an answer that does not come. */
import { once } from "node:events";
import { createServer } from "node:http";
import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { workerClients } from "../../../functions/worker/clients.ts";
import { sqsQueue } from "../../../functions/worker/sqs.ts";

/** A server that takes calls and answers none. */
async function silent(scope: AsyncDisposableStack): Promise<string> {
	const server = createServer(() => {}).listen(0, "127.0.0.1");
	await once(server, "listening");
	scope.defer(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	return typeof address === "object" && address ? `http://127.0.0.1:${address.port}` : "";
}
const connection = (endpoint: string) => ({
	endpoint,
	region: "eu-central-1",
	credentials: { accessKeyId: "a", secretAccessKey: "b" },
	maxAttempts: 1,
});

describe("functions/worker/clients", () => {
	it("give a lost answer up within seconds, but for a long poll's, which comes after twenty", async function () {
		this.timeout(10_000);
		await using scope = new AsyncDisposableStack();
		const endpoint = await silent(scope);
		const { sqs, sqsPolls } = workerClients(connection(endpoint));
		const url = `${endpoint}/1/q`;
		const startMs = performance.now();
		const polling = sqsPolls
			.send(new ReceiveMessageCommand({ QueueUrl: url }), { abortSignal: AbortSignal.timeout(5_000) })
			.catch(({ name }: Error) => name);
		const removed = await sqs
			.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: "r" }))
			.catch(({ name }: Error) => name);
		expect(removed).to.equal("TimeoutError");
		expect(performance.now() - startMs).to.be.within(2_500, 4_500);
		expect(await polling).to.equal("AbortError");
	});

	it("receives by the patient one, and removes and hides by the other", async () => {
		const asked: string[] = [];
		const noting = (name: string) => {
			const { sqs } = workerClients(connection("http://127.0.0.1:1"));
			sqs.middlewareStack.add(() => async () => {
				asked.push(name);
				return { output: { $metadata: {} }, response: {} };
			});
			return sqs;
		};
		const queue = sqsQueue(noting("quick"), "http://127.0.0.1:1/1/q", noting("patient"));
		const delivery = { body: "", receipt: "r" };
		await queue.receive({ most: 1, waitSeconds: 20, signal: new AbortController().signal });
		await queue.hide(delivery, 5);
		await queue.remove(delivery);
		expect(asked).to.deep.equal(["patient", "quick", "quick"]);
	});
});
