import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { createDuplicator } from "./duplicates.ts";
import { type Random, randomOf } from "./random.ts";

const QUEUE = "http://127.0.0.1:1/000000000000/jobs";
const SEND = { service: "sqs", operation: "SendMessage" } as const;

/** A client that only notes what is sent. */
class NotingClient extends SQSClient {
	readonly sent: unknown[] = [];

	override async send(command: unknown): Promise<never> {
		this.sent.push(command instanceof SendMessageCommand ? command.input : command);
		return {} as never;
	}
}

const always: Random = { ...randomOf(1, "copies"), isHit: () => true, between: (_, most) => most };
const sentTo = (url: string) =>
	Buffer.from(JSON.stringify({ QueueUrl: url, MessageBody: '{"job":"j1"}', MessageGroupId: "acme" }));

describe("tests/chaos/duplicates", () => {
	it("send each message once more, word for word, to the queue as the run itself calls it", async () => {
		const sqs = new NotingClient({});
		const duplicator = createDuplicator(sqs, QUEUE, always);
		duplicator.onCall(SEND, sentTo("http://127.0.0.1:2/000000000000/jobs"));
		expect(sqs.sent).to.deep.equal([]);
		await duplicator.finish();
		expect(sqs.sent).to.deep.equal([{ QueueUrl: QUEUE, MessageBody: '{"job":"j1"}', MessageGroupId: "acme" }]);
		expect(duplicator.sent()).to.equal(1);
	});

	it("copy nothing of other queues and calls, and nothing once they have finished", async () => {
		const sqs = new NotingClient({});
		const duplicator = createDuplicator(sqs, QUEUE, always);
		duplicator.onCall(SEND, sentTo("http://127.0.0.1:2/000000000000/callbacks"));
		duplicator.onCall({ ...SEND, operation: "ReceiveMessage" }, sentTo(QUEUE));
		await duplicator.finish();
		duplicator.onCall(SEND, sentTo(QUEUE));
		await duplicator.finish();
		expect(sqs.sent).to.deep.equal([]);
	});
});
