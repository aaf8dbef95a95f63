/** EventBridge's own client over a bus in memory: what was put, as the rules of a bus would see it. */
import { Readable } from "node:stream";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";

interface Put {
	Entries: { EventBusName: string; Source: string; DetailType: string; Detail: string }[];
}

interface BusEvent {
	bus: string;
	type: string;
	detail: unknown;
}

export function memoryBus() {
	const told: BusEvent[] = [];
	const client = new EventBridgeClient({
		region: "eu-central-1",
		credentials: { accessKeyId: "test", secretAccessKey: "test" },
		maxAttempts: 1,
		requestHandler: {
			handle: async ({ body }: { body: string | Uint8Array }) => {
				const { Entries }: Put = JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
				for (const { EventBusName, DetailType, Detail } of Entries)
					told.push({ bus: EventBusName, type: DetailType, detail: JSON.parse(Detail) });
				const answer = JSON.stringify({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: "1" })) });
				return { response: { statusCode: 200, headers: {}, body: Readable.from([Buffer.from(answer)]) } };
			},
		},
	});
	return { client, told };
}
