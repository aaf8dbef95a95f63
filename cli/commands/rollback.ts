/** `triplane rollback MODEL`: the last rollout back to its champion, or, where that is asked for, the champion to the one before. */
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
	options: { champion?: boolean; reason?: string; outputs?: string; json?: boolean },
): Promise<number> {
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	assertDeclared(outputs, model);
	const { champion = false, reason = REASON } = options;
	const before = await reading(aws, outputs, (registry) => registry.lastRollout(model));
	const request = { model, execution: `by-hand-${randomUUID()}`, action: "rollback", reason, champion } as const;
	const answer = await rollBack(aws, outputs, request, ({ rollout, state }) =>
		console.error(`Rollout ${rollout} is ${state}: its queue is emptied, its tasks are stopped.`),
	);
	if (before?.state === "ROLLED_BACK" && before.rollout === answer.rollout)
		console.error(
			`Nothing has changed: rollout ${before.rollout} is rolled back already. \`triplane rollback ${model} --champion\` goes back from version ${before.from}, too.`,
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
