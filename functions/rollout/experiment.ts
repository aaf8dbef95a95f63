/**
 * Experiments: versions side by side by weight, the same tenant or user always in the same one. Nobody judges them, and none
 * runs beside a rollout: the transaction of either is on condition that the other has not begun.
 */
import type { ByHandRequest, ExperimentResponse } from "../../charter/pipeline.ts";
import { aliasKey, modelKey, type RouteRecord, type RouteVariant } from "../../charter/registry.ts";
import {
	type ExperimentRecord,
	experimentKey,
	experimentSaltOf,
	isRolloutEnded,
	rolloutKey,
} from "../../charter/rollout.ts";
import type { Write } from "../shared/registry/table.ts";
import { routeWrite } from "../shared/registry/writes.ts";
import { attempts } from "./attempts.ts";
import { callersFault } from "./callers.ts";
import { RolloutRequestError } from "./errors.ts";
import type { RolloutPorts } from "./ports.ts";
import { WHOLE_TRAFFIC, wholeRoute } from "./routes.ts";

export type ExperimentStart = Extract<ByHandRequest, { action: "experiment" }>;

/** @throws {RolloutRequestError} where a rollout or another experiment is under way, or a version is not there */
export const startExperiment = (ports: RolloutPorts, request: ExperimentStart): Promise<ExperimentResponse> =>
	attempts(request.model, async () => {
		const { store, now } = ports;
		const { model, sticky } = request;
		const variants = wholeVariants(request.variants);
		const last = await store.lastExperiment(model);
		const route = await store.route(model);
		if (last && route?.experiment === last.experiment && isSame(last, { variants, sticky })) return answerOf(last);
		if (route === undefined)
			throw new RolloutRequestError(`"${model}" has no champion yet. Its first version serves at its registration.`);
		if (route.experiment !== undefined)
			throw new RolloutRequestError(
				`Experiment ${route.experiment} runs on "${model}" already. End it first, by \`triplane experiment ${model} --end\`.`,
			);
		const rollout = await store.lastRollout(model);
		if (rollout && !isRolloutEnded(rollout.state))
			throw new RolloutRequestError(
				`Rollout ${rollout.rollout} of "${model}" to version ${rollout.to} is under way: an experiment would change what it is judged by. Wait for its end, or roll it back.`,
			);
		await assertVersions(ports, model, variants);
		const experiment = (last?.experiment ?? 0) + 1;
		const pk = modelKey(model);
		const item: ExperimentRecord = {
			pk,
			sk: experimentKey(experiment),
			model,
			experiment,
			revision: 1,
			variants,
			sticky,
			startedAtMs: now(),
		};
		const salt = experimentSaltOf(model, experiment);
		const writes: Write[] = [
			{ kind: "put", item, condition: "absent" },
			routeWrite(route, { variants, experiment, ...(sticky !== "none" && { sticky: { by: sticky, salt } }) }),
			{ kind: "check", pk, sk: rolloutKey((rollout?.rollout ?? 0) + 1), condition: "absent" },
		];
		return (await store.write(writes)) ? answerOf(item) : undefined;
	});

/** @throws {RolloutRequestError} where there never was one */
export const endExperiment = (ports: RolloutPorts, { model }: { model: string }): Promise<ExperimentResponse> =>
	attempts(model, async () => {
		const { store } = ports;
		const last = await store.lastExperiment(model);
		const route = await store.route(model);
		const { champion } = await store.aliases(model);
		if (!last || !route || champion === undefined)
			throw new RolloutRequestError(`No experiment has ever run on "${model}", so there is none to end.`);
		if (route.experiment === undefined) return answerOf(last);
		const isQueued = route.variants.some(({ slot }) => slot !== undefined);
		const stays: Write = {
			kind: "check",
			pk: modelKey(model),
			sk: aliasKey("champion"),
			condition: { version: champion },
		};
		const ending = await endOfExperiment(ports, model, route);
		await store.write([routeWrite(route, wholeRoute(champion, isQueued)), stays, ...ending]);
		return undefined;
	});

/** The experiment's part of a transaction that gives the traffic back to one version; nothing where none runs. */
export async function endOfExperiment(
	{ store, now }: RolloutPorts,
	model: string,
	route: RouteRecord,
): Promise<Write[]> {
	const last = await store.lastExperiment(model);
	if (!last || route.experiment !== last.experiment) return [];
	const { revision } = last;
	const item: ExperimentRecord = { ...last, revision: revision + 1, endedAtMs: now() };
	return [{ kind: "put", item, condition: { revision } }];
}

async function assertVersions(
	{ store }: RolloutPorts,
	model: string,
	variants: readonly RouteVariant[],
): Promise<void> {
	const { champion } = await store.aliases(model);
	const served = champion === undefined ? undefined : await store.version(model, champion);
	for (const { name, version } of variants) {
		if (name === "champion" && version !== champion)
			throw new RolloutRequestError(
				`The variant "champion" has version ${version}, but the champion of "${model}" is version ${champion}. Give it that version, or another name.`,
			);
		const found = await store.version(model, version);
		if (!found)
			throw new RolloutRequestError(
				`"${model}" has no version ${version}, which the variant "${name}" asks for. \`triplane models show ${model}\` lists those that it has.`,
			);
		const fault = callersFault(served, found);
		if (fault)
			throw new RolloutRequestError(
				`The variant "${name}" cannot take requests beside version ${champion}: ${fault}. Register it as a model of its own.`,
			);
	}
}

/** Champion first, as readers take the first one in doubt; and the last weight so that their sum is exact. */
function wholeVariants(variants: ExperimentStart["variants"]): RouteVariant[] {
	const sorted = [...variants].sort((a, b) => Number(b.name === "champion") - Number(a.name === "champion"));
	const before = sorted.slice(0, -1).reduce((sum, { weight }) => sum + weight, 0);
	return sorted.map(({ name, version, weight }, i) => ({
		name,
		version,
		weight: i === sorted.length - 1 ? WHOLE_TRAFFIC - before : weight,
	}));
}

const isSame = (
	record: ExperimentRecord,
	{ variants, sticky }: Pick<ExperimentRecord, "variants" | "sticky">,
): boolean =>
	record.sticky === sticky && JSON.stringify(record.variants.map(factsOf)) === JSON.stringify(variants.map(factsOf));
const factsOf = ({ name, version, weight }: RouteVariant) => [name, version, weight];

const answerOf = ({ experiment, variants, endedAtMs }: ExperimentRecord): ExperimentResponse => ({
	experiment,
	isRunning: endedAtMs === undefined,
	variants,
});
