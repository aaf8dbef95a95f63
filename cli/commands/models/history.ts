/** A model's whole history, read from its registry: versions with their evaluations, rollouts with every judgement. */
import type { EvaluationRecord } from "../../../charter/pipeline.ts";
import type { RouteRecord, VersionRecord } from "../../../charter/registry.ts";
import type { JudgementRecord, RolloutRecord } from "../../../charter/rollout.ts";
import type { Aliases, RegistryReader } from "../../platform/registry.ts";

export interface VersionHistory {
	version: VersionRecord;
	/** Absent where the pipeline did not train it. */
	evaluation: EvaluationRecord | undefined;
}

export interface RolloutHistory {
	rollout: RolloutRecord;
	judgements: JudgementRecord[];
}

export interface ModelHistory {
	model: string;
	aliases: Aliases;
	route: RouteRecord | undefined;
	versions: VersionHistory[];
	rollouts: RolloutHistory[];
}

/** @param only one version, and the rollouts to it; absent: all */
export async function historyOf(registry: RegistryReader, model: string, only?: number): Promise<ModelHistory> {
	const [aliases, route, versions, rollouts] = await Promise.all([
		registry.aliases(model),
		registry.route(model),
		only === undefined ? registry.versions(model) : registry.version(model, only).then((version) => [version]),
		registry.rollouts(model),
	]);
	return {
		model,
		aliases,
		route,
		versions: await Promise.all(versions.map((version) => withEvaluation(registry, version))),
		rollouts: await Promise.all(
			rollouts
				.filter(({ to }) => only === undefined || to === only)
				.map(async (rollout) => ({ rollout, judgements: await registry.judgements(model, rollout.rollout) })),
		),
	};
}

export const withEvaluation = async (registry: RegistryReader, version: VersionRecord): Promise<VersionHistory> => ({
	version,
	evaluation: version.run === undefined ? undefined : await registry.evaluation(version.model, version.run),
});
