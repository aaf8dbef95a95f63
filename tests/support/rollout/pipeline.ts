/**
 * Plays a model's pipeline from state to state as its definition says, with verdicts by a script instead of a judge's. Where the
 * function is killed the state is tried again, or the whole execution dies with it.
 */
import { TriplaneError } from "../../../charter/errors.ts";
import type { BeginResponse, PipelineInput, RolloutResponse } from "../../../charter/pipeline.ts";
import { modelKey } from "../../../charter/registry.ts";
import {
	type JudgementRecord,
	judgementKey,
	type RolloutRecord,
	type RolloutState,
	rolloutKey,
	type Verdict,
} from "../../../charter/rollout.ts";
import { act, type Response } from "../../../functions/rollout/act.ts";
import { readRequest } from "../../../functions/rollout/request.ts";
import { weightOf } from "../../../functions/rollout/routes.ts";
import { changedRollout } from "../../../functions/shared/registry/writes.ts";
import { Killed } from "./effects.ts";
import { MODEL, type RolloutWorld } from "./world.ts";

export interface Script {
	verdict: (rollout: RolloutRecord) => Verdict;
	/** What a person says who is asked. @default yes */
	isApproved?: boolean;
}

export interface PipelineOptions {
	/** What happens to the execution where the function is killed. @default dies */
	onKill?: "retries" | "dies";
	/** Most states that it may go through. */
	statesMax?: number;
}

export type Outcome = "PROMOTED" | "ROLLED_BACK" | "FAILED" | "BUSY";

const REDRIVE_SECONDS = 2;
const isBetween = (state: RolloutState): boolean => state === "SHADOWING" || state === "SHIFTING";

export class Pipeline {
	readonly world: RolloutWorld;
	readonly execution: string;
	readonly #script: Script;
	readonly #options: PipelineOptions;

	constructor(world: RolloutWorld, name: string, input: PipelineInput, script: Script, options: PipelineOptions = {}) {
		this.world = world;
		this.execution = world.start(name, input);
		this.#script = script;
		this.#options = options;
	}

	/** @throws {Killed} where the execution died with the function */
	async run(): Promise<Outcome> {
		try {
			return await this.#states();
		} finally {
			const execution = this.world.executions.get(this.execution);
			if (execution) execution.isRunning = false;
		}
	}

	async #states(): Promise<Outcome> {
		const { input = {} } = this.world.executions.get(this.execution) ?? {};
		let begun: BeginResponse;
		try {
			begun = (await this.#ask("begin", { input })) as BeginResponse;
		} catch (thrown) {
			if (thrown instanceof Killed) throw thrown;
			if (nameOf(thrown) === "PipelineBusyError") return "BUSY";
			return this.#end("FAILED");
		}
		let now: RolloutResponse;
		if (begun.next === "RESUME" && begun.rollout !== undefined && begun.state !== undefined)
			now = { rollout: begun.rollout, state: begun.state, isDone: true, weight: 0, intervalSeconds: 10 };
		else
			try {
				now = await this.#step("open", { version: begun.version, plan: this.world.plan });
			} catch (thrown) {
				if (thrown instanceof Killed) throw thrown;
				return this.#end("FAILED");
			}
		return this.#roll(now);
	}

	async #roll(first: RolloutResponse): Promise<Outcome> {
		let now = first;
		const { rollout } = first;
		const { statesMax = 400 } = this.#options;
		for (let states = 0; states < statesMax; states++) {
			try {
				switch (now.state) {
					case "PROMOTED":
						if (!now.isDone) {
							now = await this.#repeat("finalize", rollout, now);
							break;
						}
						return await this.#end("PROMOTED");
					case "ROLLED_BACK":
						return await this.#end("ROLLED_BACK");
					case "AWAITING_APPROVAL":
						await this.#step("ask", { rollout, taskToken: `token-${this.execution}-${states}` });
						this.world.pass(60);
						if (this.world.refused.length > 0 || this.#script.isApproved === false)
							now = await this.#rollBack(rollout, "A person refused it.");
						else now = await this.#step("deploy", { rollout });
						break;
					case "DEPLOYING":
						now = await this.#repeat("deploy", rollout, now);
						break;
					case "FINALIZING":
						now = await this.#repeat("finalize", rollout, now);
						break;
					case "ROLLING_BACK":
						now = await this.#rollBack(rollout, "What was begun is brought to its end.");
						if (!now.isDone) this.world.pass(now.intervalSeconds);
						break;
					default:
						now = await this.#look(now);
				}
			} catch (thrown) {
				if (thrown instanceof Killed) throw thrown;
				try {
					now = await this.#rollBack(rollout, `The pipeline failed with ${nameOf(thrown)}.`);
					if (!now.isDone) this.world.pass(now.intervalSeconds);
				} catch (second) {
					if (second instanceof Killed) throw second;
					return this.#end("FAILED");
				}
			}
		}
		throw new Error(`The pipeline went through ${statesMax} states, the last one of them ${now.state}.`);
	}

	async #look(before: RolloutResponse): Promise<RolloutResponse> {
		const { rollout, intervalSeconds } = before;
		this.world.pass(intervalSeconds);
		const { verdict, state } = await this.#retried(() => this.#judge(rollout));
		if (!isBetween(state)) return { ...before, state, isDone: true };
		if (verdict === "rollback") return this.#rollBack(rollout, "It is worse.");
		return verdict === "promote" ? this.#step("shift", { rollout }) : { ...before, state };
	}

	async #judge(number: number): Promise<{ verdict: Verdict; state: RolloutState }> {
		const { registry, effects, pk, nowMs } = this.world;
		for (;;) {
			const rollout = registry.peek(pk, rolloutKey(number)) as RolloutRecord;
			if (!isBetween(rollout.state)) return { verdict: "continue", state: rollout.state };
			const verdict = this.#script.verdict(rollout);
			const judgement = rollout.judgements + 1;
			const record = {
				...{ pk, sk: judgementKey(number, judgement), model: MODEL, rollout: number, judgement, verdict },
				...{ atMs: nowMs, state: rollout.state, weight: weightOf(rollout), sentence: verdict, evidence: {} },
			} satisfies Partial<JudgementRecord> & { pk: string; sk: string };
			const isWritten = await effects.run("judge", () =>
				registry.write([
					{ kind: "put", item: record, condition: "absent" },
					{
						kind: "put",
						item: changedRollout(rollout, { judgements: judgement }),
						condition: { revision: rollout.revision },
					},
				]),
			);
			if (isWritten) return { verdict, state: rollout.state };
		}
	}

	async #repeat(action: "deploy" | "finalize", rollout: number, before: RolloutResponse): Promise<RolloutResponse> {
		const now = await this.#step(action, { rollout });
		if (!now.isDone) this.world.pass(now.intervalSeconds || before.intervalSeconds);
		return now;
	}

	#rollBack(rollout: number, reason: string): Promise<RolloutResponse> {
		return this.#step("rollback", { rollout, reason });
	}

	async #end(outcome: Outcome): Promise<Outcome> {
		await this.#ask("end", {});
		return outcome;
	}

	async #step(action: string, more: object): Promise<RolloutResponse> {
		return (await this.#ask(action, more)) as RolloutResponse;
	}

	#ask(action: string, more: object): Promise<Response> {
		return this.#retried(() =>
			act(this.world.ports(), new Map(), readRequest({ model: MODEL, execution: this.execution, action, ...more })),
		);
	}

	async #retried<T>(work: () => Promise<T>): Promise<T> {
		for (;;)
			try {
				return await work();
			} catch (thrown) {
				if (!(thrown instanceof Killed)) {
					if (!(thrown instanceof TriplaneError)) this.world.unforeseen.push(thrown);
					throw thrown;
				}
				this.world.effects.revive();
				if (this.#options.onKill !== "retries") throw thrown;
				this.world.pass(REDRIVE_SECONDS);
			}
	}
}

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : "Unknown");

/** The schedule's round, and the executions that it starts brought to their end. */
export async function watchFor(world: RolloutWorld, minutes: number, script: Script): Promise<void> {
	for (let minute = 0; minute < minutes; minute++) {
		world.pass(60);
		const before = new Set(world.executions.keys());
		await act(world.ports(), new Map([[MODEL, "arn:pipeline"]]), readRequest({ action: "watch" }));
		for (const [arn, { input }] of [...world.executions])
			if (!before.has(arn)) await new Pipeline(world, arn.split(":").at(-1) ?? "", input, script).run();
	}
}

export const allRollouts = (world: RolloutWorld): RolloutRecord[] =>
	world.registry.under(modelKey(MODEL), "ROLLOUT#") as RolloutRecord[];
