/**
 * Opens a rollout: its record and the challenger in one transaction, while the lock is the execution's. No traffic moves yet,
 * but where nobody judges: then the version changes over at once.
 */
import type { PipelineModel, RolloutResponse } from "../../charter/pipeline.ts";
import { aliasKey, modelKey } from "../../charter/registry.ts";
import {
	EVENTS,
	isRolloutEnded,
	LOCK_KEY,
	type RolloutPlan,
	type RolloutRecord,
	rolloutKey,
} from "../../charter/rollout.ts";
import { deadlineAtMs } from "../../charter/rollout-time.ts";
import type { Write } from "../shared/registry/table.ts";
import { tell } from "../shared/registry/telling.ts";
import { aliasRemoval, aliasWrite, routeWrite, sameRoute } from "../shared/registry/writes.ts";
import { answerOf } from "./answer.ts";
import { attempts, eventOf } from "./attempts.ts";
import { callersFault } from "./callers.ts";
import { PipelineBusyError, RolloutRequestError } from "./errors.ts";
import type { RolloutPorts } from "./ports.ts";
import { rolloutRoute, WHOLE_TRAFFIC } from "./routes.ts";
import { turnedBackBy, whyNotAgain } from "./turned-back.ts";

export type OpenRequest = Pick<PipelineModel, "model" | "plan"> & {
	execution: string;
	version: number;
	isTrained?: boolean;
};

/** Of a version that changes over at once, as batch models' do: nothing is split, and nobody judges. */
const AT_ONCE: RolloutPlan = {
	serve: "batch",
	weights: [WHOLE_TRAFFIC],
	intervalSeconds: 0,
	alpha: 0,
	mirrorPct: 0,
	sticky: "none",
	approval: false,
	outcomes: false,
	rps: 0,
	bounds: { errorRate: 0, slowRate: 0, disagreementRate: 0, costFactor: 0 },
	burnAlarms: [],
};

/**
 * @throws {RolloutRequestError} where the version or the champion is not there or takes other requests, or an experiment runs
 * @throws {PipelineBusyError} where the lock or an unfinished rollout is another execution's
 */
export const open = (ports: RolloutPorts, request: OpenRequest): Promise<RolloutResponse> =>
	attempts(request.model, async () => {
		const { store, now } = ports;
		const { model, version, isTrained, execution, plan } = request;
		const last = await store.lastRollout(model);
		// An execution opens one rollout: whatever has become of it, asked again it opens no second one.
		if (last?.execution === execution && last.to === version) return answerOf(await tell(ports, last), true);
		if (last && !isRolloutEnded(last.state))
			throw new PipelineBusyError(
				`Rollout ${last.rollout} of "${model}" to version ${last.to} has not ended: ${last.execution} works on it. Wait for its end, or roll it back.`,
			);
		const { champion } = await store.aliases(model);
		const route = await store.route(model);
		if (champion === undefined || route === undefined)
			throw new RolloutRequestError(
				`"${model}" has no champion to roll out from. Its first version serves at its registration.`,
			);
		if (champion === version)
			return {
				rollout: last?.to === version ? last.rollout : 0,
				state: "PROMOTED",
				isDone: true,
				weight: WHOLE_TRAFFIC,
				intervalSeconds: plan?.intervalSeconds ?? 0,
			};
		const before = isTrained ? await turnedBackBy(ports, version, last) : undefined;
		if (before)
			return {
				rollout: before.rollout,
				state: "ROLLED_BACK",
				isDone: true,
				weight: 0,
				intervalSeconds: plan?.intervalSeconds ?? 0,
				reason: whyNotAgain(model, version, before),
			};
		if (route.experiment !== undefined)
			throw new RolloutRequestError(
				`Experiment ${route.experiment} runs on "${model}": a rollout would change what it measures. End it first, by \`triplane experiment ${model} --end\`.`,
			);
		const to = await store.version(model, version);
		if (!to)
			throw new RolloutRequestError(
				`"${model}" has no version ${version}. \`triplane models show ${model}\` lists those that it has.`,
			);
		const fault = plan && callersFault(await store.version(model, champion), to);
		if (fault)
			throw new RolloutRequestError(
				`Version ${version} of "${model}" cannot take requests beside version ${champion}: ${fault}. Register it as a model of its own, and let callers change over.`,
			);
		const opened = newRollout(
			{ model, execution, from: champion, to: version, rollout: (last?.rollout ?? 0) + 1 },
			plan,
			now(),
		);
		const record = { ...opened, untold: [eventOf(ports, opened, plan ? EVENTS.started : EVENTS.promoted)] };
		const lock: Write = { kind: "check", pk: modelKey(model), sk: LOCK_KEY, condition: { execution } };
		const traffic: Write[] = plan
			? [
					sameRoute(route),
					{ kind: "check", pk: modelKey(model), sk: aliasKey("champion"), condition: { version: champion } },
					aliasWrite(model, "challenger", version),
				]
			: [routeWrite(route, rolloutRoute(record)), ...promotion(record)];
		if (await store.write([{ kind: "put", item: record, condition: "absent" }, lock, ...traffic]))
			return answerOf(await tell(ports, record), true);
		if ((await store.lock(model))?.execution !== execution)
			throw new PipelineBusyError(
				`The lock of "${model}" is no longer that of ${execution}, so it opens no rollout. Start the pipeline again with {"version": ${version}}.`,
			);
		return undefined;
	});

/** The aliases of a promotion: the champion gives way, and is the one to go back to. */
export const promotion = ({ model, from, to }: RolloutRecord): Write[] => [
	aliasWrite(model, "champion", to, from),
	aliasWrite(model, "previous", from),
	aliasRemoval(model, "challenger"),
];

type Opening = Pick<RolloutRecord, "model" | "execution" | "from" | "to" | "rollout">;

/** @param plan none: it is promoted at once */
export function newRollout(opening: Opening, plan: RolloutPlan | undefined, nowMs: number): RolloutRecord {
	const state = plan === undefined ? "PROMOTED" : plan.approval ? "AWAITING_APPROVAL" : "DEPLOYING";
	return {
		pk: modelKey(opening.model),
		sk: rolloutKey(opening.rollout),
		...opening,
		state,
		revision: 1,
		step: plan ? -1 : 0,
		plan: plan ?? AT_ONCE,
		startedAtMs: nowMs,
		sinceMs: nowMs,
		deadlineAtMs: plan ? deadlineAtMs(plan, nowMs) : nowMs,
		...(plan ? {} : { endedAtMs: nowMs }),
		evidence: { logs: {} },
		judgements: 0,
	};
}
