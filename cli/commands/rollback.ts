/** `triplane rollback MODEL`: the unfinished rollout back to its champion, or the champion back to the one before it. */
import { randomUUID } from "node:crypto";
import { rollBack } from "../platform/by-hand.ts";
import { assertDeclared, reading } from "../platform/reading.ts";
import { findTarget } from "../platform/stack.ts";
import { withoutKeys } from "./models/json.ts";
import { rolloutWords, routeWords } from "./models/words.ts";

const REASON = "Rolled back by hand.";

/** Exit code 0: it is rolled back, by this call or by an earlier one. */
export async function rollback(
	checkout: string,
	model: string,
	options: { reason?: string; outputs?: string; json?: boolean },
): Promise<number> {
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	assertDeclared(outputs, model);
	const reason = options.reason ?? REASON;
	const execution = `by-hand-${randomUUID()}`;
	const answer = await rollBack(aws, outputs, { model, execution, action: "rollback", reason }, ({ rollout, state }) =>
		console.error(`Rollout ${rollout} is ${state}: its queue is emptied, its tasks are stopped.`),
	);
	return reading(aws, outputs, async (registry) => {
		const [route, rollout] = await Promise.all([registry.route(model), registry.lastRollout(model)]);
		if (options.json) {
			const { state } = answer;
			console.log(
				JSON.stringify({ model, rollout: rollout?.rollout ?? null, state, route: route ? withoutKeys(route) : null }),
			);
		} else
			console.log(
				`${model}: ${routeWords(route)}${rollout ? `\nRollout ${rollout.rollout}: ${rolloutWords(rollout)}` : ""}`,
			);
		return 0;
	});
}
