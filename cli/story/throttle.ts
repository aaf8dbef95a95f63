/** The part of the story in which one tenant exceeds its rate and is told when to come back, while another is served. */
import { TriplaneError } from "../../charter/errors.ts";
import { type Answer, PlatformClient, type Tensor } from "../platform/client.ts";

export interface ThrottleOutcome {
	noisy: string;
	quiet: string;
	/** Answers to the noisy tenant by status. */
	statuses: Record<number, number>;
	retryAfterSeconds: number;
	/** How many of the other tenant's requests were served meanwhile: all of them. */
	quietServed: number;
}

const QUIET_REQUESTS = 5;

/**
 * Sends twice the noisy tenant's burst at once, and meanwhile a few requests of the quiet one.
 * @throws {TriplaneError} where the noisy tenant was not refused with 429 and Retry-After, or the quiet one was not served
 */
export async function exceedRate(
	url: string,
	model: string,
	noisy: { name: string; token: string; burst: number },
	quiet: { name: string; token: string },
	request: { inputs: Tensor[] },
): Promise<ThrottleOutcome> {
	const noisyClient = new PlatformClient(url, noisy.token);
	const quietClient = new PlatformClient(url, quiet.token);
	const flood = Promise.all(Array.from({ length: noisy.burst * 2 + 2 }, () => noisyClient.infer(model, request)));
	const quietAnswers: Answer[] = [];
	for (let i = 0; i < QUIET_REQUESTS; i++) quietAnswers.push(await quietClient.infer(model, request));
	const answers = await flood;
	const refused = answers.find((answer) => answer.status === 429);
	if (refused?.retryAfterSeconds === undefined)
		throw new TriplaneError(
			`${noisy.name} sent ${answers.length} requests at once over its burst of ${noisy.burst} and got no 429 with Retry-After.`,
		);
	const unserved = quietAnswers.find((answer) => answer.status !== 200);
	if (unserved)
		throw new TriplaneError(
			`${quiet.name} got ${unserved.status} (${JSON.stringify(unserved.body)}) while ${noisy.name} was over its rate.`,
		);
	const statuses: Record<number, number> = {};
	for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
	return {
		noisy: noisy.name,
		quiet: quiet.name,
		statuses,
		retryAfterSeconds: refused.retryAfterSeconds,
		quietServed: quietAnswers.length,
	};
}
