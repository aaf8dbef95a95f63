/**
 * Tells on the platform's event bus what became of models and rollouts, for others to hook on.
 * Nothing of the platform's own depends on an event: the records are the truth, and who missed one reads them.
 */
import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { TriplaneError } from "../../charter/errors.ts";
import { EVENT_SOURCE, type EVENTS } from "../../charter/rollout.ts";

type DetailType = (typeof EVENTS)[keyof typeof EVENTS];

export interface Events {
	/**
	 * Sends one event; told after what it tells of has been written, it may come twice where a step is asked again.
	 * @throws {EventNotTakenError} where the bus refused it, or what EventBridge threw
	 */
	tell(detailType: DetailType, detail: object): Promise<void>;
}

/** The bus answered, and did not take the event. */
class EventNotTakenError extends TriplaneError {
	override readonly name = "EventNotTakenError";
}

export const createEvents = (client: EventBridgeClient, busName: string): Events => ({
	tell: async (detailType, detail) => {
		const entry = {
			EventBusName: busName,
			Source: EVENT_SOURCE,
			DetailType: detailType,
			Detail: JSON.stringify(detail),
		};
		const { FailedEntryCount = 0, Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
		// PutEvents answers 200 where it took nothing.
		if (FailedEntryCount > 0)
			throw new EventNotTakenError(
				`The event bus "${busName}" did not take the event "${detailType}": ${Entries[0]?.ErrorCode}: ${Entries[0]?.ErrorMessage}. Check that the bus is there, then ask again.`,
			);
	},
});
