/** The states of an execution, newly entered ones at each look; reads only what has come since the last one. */
import type { GetExecutionHistoryInput, HistoryEvent } from "@aws-sdk/client-sfn";

/** Their looks at a rollout are told by the judgements, in better words. */
const OF_THE_LOOP = ["Judge", "Shift"];
const PAGE = 100;

/** Reads one page of a history. */
export type ReadHistory = (
	page: GetExecutionHistoryInput,
) => Promise<{ events: HistoryEvent[] | undefined; nextToken?: string | undefined }>;

export class StateTrail {
	readonly #read: ReadHistory;
	readonly #executionArn: string;
	#lastId = 0;
	#lastState = "";

	constructor(read: ReadHistory, executionArn: string) {
		this.#read = read;
		this.#executionArn = executionArn;
	}

	/** Names of task states that were entered since the last look, in order; one that repeats itself comes once. */
	async news(): Promise<string[]> {
		const events = await this.#newEvents();
		this.#lastId = Math.max(this.#lastId, ...events.map(({ id = 0 }) => id));
		const names = events.flatMap(({ type, stateEnteredEventDetails }) => {
			const name = type === "TaskStateEntered" ? stateEnteredEventDetails?.name : undefined;
			return name === undefined || OF_THE_LOOP.includes(name) ? [] : [name];
		});
		return names.filter((name) => {
			const isNew = name !== this.#lastState;
			this.#lastState = name;
			return isNew;
		});
	}

	async #newEvents(): Promise<HistoryEvent[]> {
		const found: HistoryEvent[] = [];
		let nextToken: string | undefined;
		do {
			const page = await this.#read({
				executionArn: this.#executionArn,
				reverseOrder: true,
				includeExecutionData: false,
				maxResults: PAGE,
				...(nextToken !== undefined && { nextToken }),
			});
			const events = page.events ?? [];
			const news = events.filter(({ id = 0 }) => id > this.#lastId);
			found.push(...news);
			nextToken = news.length < events.length ? undefined : page.nextToken;
		} while (nextToken !== undefined);
		return found.toSorted((a, b) => (a.id ?? 0) - (b.id ?? 0));
	}
}
