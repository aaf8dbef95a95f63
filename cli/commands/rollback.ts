/** `triplane rollback MODEL`: the last rollout back to its champion, or, where that is asked for, the champion to the one before. */
import { randomUUID } from "node:crypto";
import { isRolloutEnded, type RolloutRecord } from "../../charter/rollout.ts";
import { rollBack } from "../platform/by-hand.ts";
import { assertDeclared, reading } from "../platform/reading.ts";
import type { Aliases } from "../platform/registry.ts";
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
	return reading(aws, outputs, async (registry) => {
		const before = await registry.lastRollout(model);
		const request = { action: "rollback", model, execution: `by-hand-${randomUUID()}`, reason, champion } as const;
		const { rollout: number, state } =
			before?.state === "ROLLED_BACK" && !champion
				? before
				: await rollBack(aws, outputs, { ...request, seen: before?.rollout ?? 0 }, (waiting) =>
						console.error(
							`Rollout ${waiting.rollout} is ${waiting.state}: its queue is emptied, its tasks are stopped.`,
						),
					);
		if (before && isRolloutEnded(before.state) && before.rollout === number)
			console.error(unchangedWords(before, await registry.aliases(model)));
		const [route, rollouts] = await Promise.all([registry.route(model), registry.rollouts(model)]);
		const rollout = rollouts.find((candidate) => candidate.rollout === number);
		console.log(
			options.json
				? JSON.stringify({ model, rollout: number, state, route: route ? withoutKeys(route) : null })
				: `${model}: ${routeWords(route)}${rollout ? `\nRollout ${number}: ${rolloutWords(rollout)}` : ""}`,
		);
		return 0;
	});
}

/** What to do where the champion is meant as well, if there is a version to go back to. */
export function unchangedWords(before: RolloutRecord, { champion, previous }: Aliases): string {
	const { model, rollout, from, to, state } = before;
	const already =
		state === "PROMOTED"
			? `version ${from} has given way to version ${to} already, by rollout ${rollout}`
			: `rollout ${rollout} is rolled back already`;
	const unchanged = `Nothing has changed: ${already}.`;
	return previous === undefined
		? unchanged
		: `${unchanged} \`triplane rollback ${model} --champion\` goes back from version ${champion} to version ${previous}, too.`;
}
