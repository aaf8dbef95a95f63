/** What the patches of the embedded AWS make of its queues. */
import { setTimeout as sleep } from "node:timers/promises";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";

describe("Queues of the embedded AWS", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	before(async () => {
		cloud = await startTestCloud(scope);
	});
	after(() => scope.disposeAsync());

	const receive = async (QueueUrl: string, WaitTimeSeconds: number, abortSignal?: AbortSignal) => {
		const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds });
		const { Messages = [] } = await cloud.context.clients.sqs.send(command, { ...(abortSignal && { abortSignal }) });
		return Messages.map(({ Body }) => Body);
	};
	const makeQueue = async (QueueName: string) => {
		const { QueueUrl = "" } = await cloud.context.clients.sqs.send(new CreateQueueCommand({ QueueName }));
		return {
			QueueUrl,
			send: (MessageBody: string) => cloud.context.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody })),
		};
	};

	it("lose no message to a long poll whose caller has gone.", async () => {
		const { QueueUrl, send } = await makeQueue("gone");
		const leaving = new AbortController();
		const poll = receive(QueueUrl, 20, leaving.signal);
		await sleep(300);
		leaving.abort();
		const error: Error = await poll.then(
			() => new Error("answered"),
			(thrown) => thrown,
		);
		expect(error.name).to.equal("AbortError");
		await sleep(300);
		await send("a");
		await sleep(500);
		expect(await receive(QueueUrl, 0)).to.deep.equal(["a"]);
	});

	it("give a message to a long poll that waits for it.", async () => {
		const { QueueUrl, send } = await makeQueue("waiting");
		const poll = receive(QueueUrl, 20);
		await sleep(300);
		await send("b");
		expect(await poll).to.deep.equal(["b"]);
	});
});
