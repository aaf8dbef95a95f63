/**
 * What the control plane keeps of a model: its route, aliases, lock, rollouts and experiments. Reads are consistent and checked;
 * every change is a set of writes that are done all or none, on condition of what was read.
 */
import {
	type Alias,
	aliasKey,
	modelKey,
	ROUTE_KEY,
	type RouteRecord,
	type VersionRecord,
	versionKey,
} from "../../../charter/registry.ts";
import {
	EXPERIMENT_PREFIX,
	type ExperimentRecord,
	type JudgementRecord,
	judgementPrefix,
	LOCK_KEY,
	type LockRecord,
	ROLLOUT_PREFIX,
	type RolloutRecord,
	rolloutKey,
} from "../../../charter/rollout.ts";
import { toAlias, toExperiment, toJudgement, toLock, toRollout, toRoute, toVersion } from "./records.ts";
import type { RegistryTable, Write } from "./table.ts";

type Aliases = Partial<Record<Alias, number>>;

/** @throws {RegistryRecordError} where an item is not in its form; what the table threw, where it stays unreachable */
export interface RolloutStore {
	route(model: string): Promise<RouteRecord | undefined>;
	aliases(model: string): Promise<Aliases>;
	lock(model: string): Promise<LockRecord | undefined>;
	rollout(model: string, rollout: number): Promise<RolloutRecord | undefined>;
	/** The one that began last: only it can be unfinished. */
	lastRollout(model: string): Promise<RolloutRecord | undefined>;
	lastJudgement(model: string, rollout: number): Promise<JudgementRecord | undefined>;
	lastExperiment(model: string): Promise<ExperimentRecord | undefined>;
	version(model: string, version: number): Promise<Pick<VersionRecord, "version" | "signature"> | undefined>;
	/** @returns false where a condition did not hold, and nothing was written: whoever asked has to look again */
	write(writes: readonly Write[]): Promise<boolean>;
}

const ALIASES = ["champion", "challenger", "previous"] as const satisfies Alias[];

export function rolloutStore(table: RegistryTable): RolloutStore {
	const get = async <Shape>(model: string, sk: string, to: (item: object) => Shape): Promise<Shape | undefined> => {
		const item = await table.get(modelKey(model), sk);
		return item && to(item);
	};
	const last = async <Shape>(
		model: string,
		prefix: string,
		to: (item: object) => Shape,
	): Promise<Shape | undefined> => {
		const item = await table.last(modelKey(model), prefix);
		return item && to(item);
	};
	return {
		route: (model) => get(model, ROUTE_KEY, toRoute),
		aliases: async (model) => {
			const found = await Promise.all(
				ALIASES.map(async (alias) => [alias, (await get(model, aliasKey(alias), toAlias))?.version] as const),
			);
			return Object.fromEntries(found.filter(([, version]) => version !== undefined));
		},
		lock: (model) => get(model, LOCK_KEY, toLock),
		rollout: (model, rollout) => get(model, rolloutKey(rollout), toRollout),
		lastRollout: (model) => last(model, ROLLOUT_PREFIX, toRollout),
		lastJudgement: (model, rollout) => last(model, judgementPrefix(rollout), toJudgement),
		lastExperiment: (model) => last(model, EXPERIMENT_PREFIX, toExperiment),
		version: (model, version) => get(model, versionKey(version), toVersion),
		write: (writes) => table.write(writes),
	};
}
