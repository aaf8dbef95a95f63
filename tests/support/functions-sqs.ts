/** SQS in memory: standard queues by URL, without time: a received message stays hidden until it is made visible or deleted. */
import { createHash, randomUUID } from "node:crypto";

export interface Message {
	body: string;
	groupId?: string;
	/** Where it was sent to be received later. */
	delaySeconds?: number;
	receives: number;
	/** Of the receive that hides it now. */
	receipt?: string;
}

interface QueueRequest {
	QueueUrl: string;
	MessageBody: string;
	MessageGroupId?: string;
	DelaySeconds?: number;
	MaxNumberOfMessages?: number;
	WaitTimeSeconds?: number;
	ReceiptHandle: string;
	VisibilityTimeout: number;
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

export class MemorySqs {
	/** For how long messages were hidden, in seconds, in the order in which they were. */
	readonly hidden: number[] = [];
	/** For how long who received was ready to wait, in seconds: as long as a work queue says where they did not say themselves. */
	readonly waited: number[] = [];
	readonly #queues = new Map<string, Message[]>();

	/** What lies in a queue, hidden or not. */
	messages(url: string): Message[] {
		const messages = this.#queues.get(url) ?? [];
		this.#queues.set(url, messages);
		return messages;
	}

	SendMessage({ QueueUrl, MessageBody, MessageGroupId, DelaySeconds = 0 }: QueueRequest): object {
		const groupId = MessageGroupId === undefined ? {} : { groupId: MessageGroupId };
		const delay = DelaySeconds > 0 ? { delaySeconds: DelaySeconds } : {};
		this.messages(QueueUrl).push({ body: MessageBody, ...groupId, ...delay, receives: 0 });
		return { MessageId: randomUUID(), MD5OfMessageBody: md5(MessageBody) };
	}

	ReceiveMessage({ QueueUrl, MaxNumberOfMessages = 1, WaitTimeSeconds = 20 }: QueueRequest): object {
		this.waited.push(WaitTimeSeconds);
		const visible = this.messages(QueueUrl).filter(({ receipt }) => receipt === undefined);
		const Messages = visible.slice(0, MaxNumberOfMessages).map((message) => {
			message.receipt = randomUUID();
			message.receives += 1;
			const { body, receipt } = message;
			return { MessageId: receipt, ReceiptHandle: receipt, Body: body, MD5OfBody: md5(body) };
		});
		return Messages.length > 0 ? { Messages } : {};
	}

	DeleteMessage({ QueueUrl, ReceiptHandle }: QueueRequest): object {
		const left = this.messages(QueueUrl).filter(({ receipt }) => receipt !== ReceiptHandle);
		this.#queues.set(QueueUrl, left);
		return {};
	}

	GetQueueAttributes({ QueueUrl }: QueueRequest): object {
		const messages = this.messages(QueueUrl);
		const hidden = messages.filter(({ receipt }) => receipt !== undefined).length;
		return {
			Attributes: {
				ApproximateNumberOfMessages: String(messages.length - hidden),
				ApproximateNumberOfMessagesNotVisible: String(hidden),
				ApproximateNumberOfMessagesDelayed: "0",
			},
		};
	}

	ChangeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout }: QueueRequest): object {
		this.hidden.push(VisibilityTimeout);
		const message = this.messages(QueueUrl).find(({ receipt }) => receipt === ReceiptHandle);
		if (message && VisibilityTimeout === 0) delete message.receipt;
		return {};
	}
}
