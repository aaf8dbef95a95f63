/** What the registry says of the rollout that an execution works on: each look tells what is new. */
import type { JudgementRecord, RolloutRecord } from "../../charter/rollout.ts";
import type { RegistryReader } from "./registry.ts";

export interface RolloutWatcher {
	/** At each change of the rollout's state or step. */
	onRollout?: (rollout: RolloutRecord) => void;
	onJudgement?: (judgement: JudgementRecord) => void;
}

export class RolloutTrail {
	readonly #registry: Pick<RegistryReader, "lastRollout" | "judgements">;
	readonly #model: string;
	readonly #execution: string;
	readonly #watcher: RolloutWatcher;
	readonly judgements: JudgementRecord[] = [];
	last: RolloutRecord | undefined;

	constructor(
		registry: Pick<RegistryReader, "lastRollout" | "judgements">,
		model: string,
		execution: string,
		watcher: RolloutWatcher,
	) {
		this.#registry = registry;
		this.#model = model;
		this.#execution = execution;
		this.#watcher = watcher;
	}

	async look(): Promise<void> {
		const rollout = await this.#registry.lastRollout(this.#model);
		if (rollout?.execution !== this.#execution) return;
		const seen = this.judgements.at(-1)?.judgement ?? 0;
		const news = await this.#registry.judgements(this.#model, rollout.rollout, seen);
		for (const judgement of news) {
			this.judgements.push(judgement);
			this.#watcher.onJudgement?.(judgement);
		}
		const isChanged = this.last?.state !== rollout.state || this.last.step !== rollout.step;
		this.last = rollout;
		if (isChanged) this.#watcher.onRollout?.(rollout);
	}
}
