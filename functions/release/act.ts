/**
 * The steps of a release: begin, shift, judge, and finish or back. The alias is the one record of how far it is: no step trusts
 * what an earlier one has told. In which order they come, is the workflow's.
 */
import type {
	BeginReleaseResponse,
	EndReleaseResponse,
	JudgeReleaseResponse,
	ReleaseTarget,
	ShiftReleaseResponse,
	StartResponse,
} from "../../charter/release.ts";
import { EVENTS } from "../../charter/rollout.ts";
import { isServing, isSuperseded, moveAlias } from "./alias.ts";
import type { ReleasePorts, Standing } from "./ports.ts";
import type { Request } from "./request.ts";
import { verdictOf } from "./verdict.ts";

export type Response =
	| StartResponse
	| BeginReleaseResponse
	| ShiftReleaseResponse
	| JudgeReleaseResponse
	| EndReleaseResponse;

type Asked<Action extends Request["action"]> = Extract<Request, { action: Action }>;

const WHOLE_TRAFFIC = 100;

/** Does what is asked for. */
export function act(ports: ReleasePorts, request: Request): Promise<Response> {
	switch (request.action) {
		case "start":
			return start(ports, request);
		case "begin":
			return begin(ports, request);
		case "shift":
			return shift(ports, request);
		case "judge":
			return judge(ports, request);
		case "finish":
			return finish(ports, request);
		case "back":
			return back(ports, request);
	}
}

/** An execution for each version that is not live: named after it, so that one which was taken back is not tried again. */
async function start(ports: ReleasePorts, request: Asked<"start">): Promise<StartResponse> {
	const { stateMachine, releases, weights, intervalSeconds } = request;
	const started = await Promise.all(
		releases.map(async (release) => {
			if ((await standingOf(ports, release)).next !== "RELEASE") return [];
			const { function: name, version } = release;
			await ports.executions.start(stateMachine, `${name}-${version}`, { ...release, weights, intervalSeconds });
			return [`${name}:${version}`];
		}),
	);
	return { started: started.flat() };
}

const begin = (ports: ReleasePorts, request: Asked<"begin">): Promise<BeginReleaseResponse> =>
	standingOf(ports, request);

async function standingOf(
	{ aliases }: ReleasePorts,
	{ function: name, version }: Pick<ReleaseTarget, "function" | "version">,
): Promise<BeginReleaseResponse> {
	const { standing } = await aliases.read(name);
	const from = standing.live;
	if (isSuperseded(standing, version)) return { next: "SUPERSEDED", from };
	return { next: from === version ? "LIVE" : "RELEASE", from };
}

async function shift(ports: ReleasePorts, request: Asked<"shift">): Promise<ShiftReleaseResponse> {
	const { function: name, version, from, step, weight } = request;
	let state: ShiftReleaseResponse["state"] = "SUPERSEDED";
	const { before } = await moveAlias(ports.aliases, name, (standing) => {
		const { live, canary } = standing;
		const isOurs = isServing(standing, version);
		// After the first step, an alias without the version is one that somebody has taken it out of.
		const isFree = step === 0 && !isSuperseded(standing, version);
		state = isOurs || isFree ? "SHIFTED" : "SUPERSEDED";
		if (state === "SUPERSEDED" || live === version) return undefined;
		if (weight >= WHOLE_TRAFFIC) return { live: version };
		return canary?.version === version && canary.weight === weight ? undefined : { live, canary: { version, weight } };
	});
	// Asked again after the last step, the alias does not tell any more what was there before.
	return { state, from: before.live === version ? from : before.live, sinceMs: ports.now() };
}

async function judge(ports: ReleasePorts, request: Asked<"judge">): Promise<JudgeReleaseResponse> {
	const { function: name, version, burnAlarms, sinceMs } = request;
	const { standing } = await ports.aliases.read(name);
	if (!isServing(standing, version))
		return { verdict: "SUPERSEDED", reason: `${name}:${version} gets no traffic any more: ${described(standing)}.` };
	const [calls, burning] = await Promise.all([
		ports.watch.calls(name, version, standing, sinceMs, ports.now()),
		ports.watch.burning(burnAlarms, sinceMs),
	]);
	return verdictOf(calls, burning);
}

async function finish({ events }: ReleasePorts, request: Asked<"finish">): Promise<EndReleaseResponse> {
	const { function: name, version, from } = request;
	await events.tell(EVENTS.released, { function: name, from, to: version });
	return { outcome: "FINISHED" };
}

/** Whoever asks again tells it again: an event too many is better than none. */
async function back({ aliases, events }: ReleasePorts, request: Asked<"back">): Promise<EndReleaseResponse> {
	const { function: name, version, from, reason } = request;
	await moveAlias(aliases, name, (standing) => {
		if (!isServing(standing, version)) return undefined;
		// Where the version has all traffic already, the alias alone does not tell what was there before.
		const live = standing.live === version ? from : standing.live;
		return live === version ? undefined : { live };
	});
	await events.tell(EVENTS.takenBack, { function: name, from, to: version, reason });
	return { outcome: "ROLLED_BACK" };
}

const described = ({ live, canary }: Standing): string =>
	canary ? `version ${canary.version} gets ${canary.weight} %, ${live} the rest` : `version ${live} gets all`;
