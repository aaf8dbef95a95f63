/** `triplane models list`: what serves each model of a stack, and what is on its way. */
import type { RouteRecord } from "../../../charter/registry.ts";
import { isRolloutEnded, type RolloutRecord } from "../../../charter/rollout.ts";
import { reading } from "../../platform/reading.ts";
import type { Aliases, RegistryReader } from "../../platform/registry.ts";
import { findTarget } from "../../platform/stack.ts";
import { withoutKeys } from "./json.ts";
import { NONE, rolloutWords, routeWords, tableOf } from "./words.ts";

/** One model as it stands. */
export interface ModelState {
	name: string;
	serve: string;
	aliases: Aliases;
	route: RouteRecord | undefined;
	/** The one in work. */
	rollout: RolloutRecord | undefined;
}

const HEAD = ["model", "serve", "champion", "previous", "challenger", "route", "rollout"];
/** Of a hundred columns in all. */
const WIDTHS = [18, 10, 10, 10, 12, 18, 14];

export async function modelsList(checkout: string, options: { outputs?: string; json?: boolean }): Promise<number> {
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	const states = await reading(aws, outputs, (registry) => statesOf(registry, outputs.models));
	console.log(options.json ? JSON.stringify(states.map(jsonOf)) : tableOfStates(states));
	return 0;
}

export const statesOf = (
	registry: RegistryReader,
	models: readonly { name: string; serve: string }[],
): Promise<ModelState[]> =>
	Promise.all(
		models.map(async ({ name, serve }) => {
			const [aliases, route, rollout] = await Promise.all([
				registry.aliases(name),
				registry.route(name),
				registry.lastRollout(name),
			]);
			return { name, serve, aliases, route, rollout: rollout && !isRolloutEnded(rollout.state) ? rollout : undefined };
		}),
	);

export function tableOfStates(states: readonly ModelState[]): string {
	const table = tableOf(HEAD, WIDTHS);
	const version = (of: number | undefined) => (of === undefined ? NONE : `v${of}`);
	for (const { name, serve, aliases, route, rollout } of states)
		table.push([
			name,
			serve,
			version(aliases.champion),
			version(aliases.previous),
			version(aliases.challenger),
			routeWords(route),
			// Folded where a column is narrower than a state.
			rollout ? rolloutWords(rollout).replaceAll("_", " ") : NONE,
		]);
	return table.toString();
}

const jsonOf = ({ name, serve, aliases, route, rollout }: ModelState) => ({
	model: name,
	serve,
	champion: aliases.champion ?? null,
	previous: aliases.previous ?? null,
	challenger: aliases.challenger ?? null,
	route: route ? withoutKeys(route) : null,
	rollout: rollout ? withoutKeys(rollout) : null,
});
