/** What goes to the event bus, and what happens where the bus does not take it. */
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { expect } from "chai";
import { EVENTS } from "../../../charter/rollout.ts";
import { createEvents } from "../../../functions/shared/events.ts";
import { failureOf } from "../../support/failure.ts";

function bus(answer: object) {
	const sent: unknown[] = [];
	const client = new EventBridgeClient({
		region: "eu-central-1",
		credentials: { accessKeyId: "test", secretAccessKey: "test" },
		maxAttempts: 1,
		requestHandler: {
			handle: async ({ body }: { body: Uint8Array }) => {
				sent.push(JSON.parse(new TextDecoder().decode(body)));
				const bytes = new TextEncoder().encode(JSON.stringify(answer));
				return { response: { statusCode: 200, headers: {}, body: bytes } };
			},
		},
	});
	return { events: createEvents(client, "triplane-dev"), sent };
}

describe("functions/shared/events", () => {
	it("sends an event under the platform's source with its detail as JSON", async () => {
		const { events, sent } = bus({ FailedEntryCount: 0, Entries: [{ EventId: "1" }] });
		await events.tell(EVENTS.registered, { model: "tumour-risk", version: 3 });
		expect(sent).to.deep.equal([
			{
				Entries: [
					{
						EventBusName: "triplane-dev",
						Source: "triplane",
						DetailType: "model.registered",
						Detail: '{"model":"tumour-risk","version":3}',
					},
				],
			},
		]);
	});

	it("says so where the bus answers and takes nothing", async () => {
		const { events } = bus({
			FailedEntryCount: 1,
			Entries: [{ ErrorCode: "InternalException", ErrorMessage: "down" }],
		});
		expect(await failureOf(events.tell(EVENTS.promoted, {}))).to.include(
			'"triplane-dev" did not take the event "rollout.promoted": InternalException: down',
		);
	});
});
