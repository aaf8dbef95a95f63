/** The rollout function's actions on one model in memory, asked as the pipeline, people and the schedule ask them. */
import type { PipelineInput, RolloutResponse } from "../../../charter/pipeline.ts";
import type { RolloutPlan } from "../../../charter/rollout.ts";
import { act, type Response } from "../../../functions/rollout/act.ts";
import { readRequest } from "../../../functions/rollout/request.ts";
import { assertWhole } from "./end-state.ts";
import { Pipeline, type Script } from "./pipeline.ts";
import { MODEL, PLANS, RolloutWorld } from "./world.ts";

export const promotes: Script = { verdict: () => "promote" };
export const rollsBack: Script = { verdict: () => "rollback" };

/** One model with a champion and two more versions, and an execution that has not begun yet. */
export function setUp(plan: RolloutPlan = PLANS.realtime) {
	const world = new RolloutWorld(plan);
	world.onChange = assertWhole;
	const execution = world.start("first", {});
	const ask = (action: string, more: object = {}): Promise<Response> =>
		act(world.ports(), new Map([[MODEL, "arn:pipeline"]]), readRequest({ model: MODEL, execution, action, ...more }));
	const begin = (input: PipelineInput = {}, more: object = {}) => ask("begin", { input, ...more });
	const open = (version = 2) => ask("open", { version, plan }) as Promise<RolloutResponse>;
	const byHand = (name = "person-1", more: object = {}) =>
		ask("rollback", { execution: name, reason: "A person has asked for it.", ...more });
	const run = (input: PipelineInput, script: Script, name = "first") => {
		if (name === "first") world.executions.delete(execution);
		return new Pipeline(world, name, input, script).run();
	};
	const alias = (name: string): unknown => Reflect.get(world.registry.peek(world.pk, `ALIAS#${name}`) ?? {}, "version");
	return { world, execution, ask, begin, open, byHand, run, alias };
}
