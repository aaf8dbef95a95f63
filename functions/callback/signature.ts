/**
 * Signs what is called back, after Standard Webhooks: whoever holds the token of the request can check it.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac } from "node:crypto";

const VERSION = "v1";
const MS_PER_SECOND = 1000;

export interface Signed {
	/** Names the event: the same in each try. */
	id: string;
	/** When it is sent, in milliseconds since the epoch. */
	nowMs: number;
	body: string;
}

/** @param signingKey in base64 */
export function signatureHeaders({ id, nowMs, body }: Signed, signingKey: string): Record<string, string> {
	const timestamp = String(Math.floor(nowMs / MS_PER_SECOND));
	const signature = createHmac("sha256", Buffer.from(signingKey, "base64"))
		.update(`${id}.${timestamp}.${body}`)
		.digest("base64");
	return {
		"webhook-id": id,
		"webhook-timestamp": timestamp,
		"webhook-signature": `${VERSION},${signature}`,
	};
}
