/**
 * Which functions of the API are released, by which request each is asked for its health, and whose alarms take it back. Pure;
 * `authorize` is none: it is cached, asked before every request, and a tenant's token has no health to be asked for.
 */
import { HEALTH_TIMEOUT_SECONDS } from "../../charter/derive.ts";
import { JOBS_TIMEOUT_SECONDS, SUBMIT_TIMEOUT_SECONDS } from "../../charter/queued.ts";
import type { BoundedFunction } from "./bounded-function.ts";
import { burnAlarmNames } from "./burn-rate.ts";
import type { ReleasedFunction } from "./code-release.ts";
import type { QueuedPath } from "./queued-path.ts";
import type { RealtimeEndpoint } from "./realtime-endpoint.ts";
import { jobsProbe, modelProbe, serverProbe } from "./release-probes.ts";

export const releasedFunctions = (
	health: BoundedFunction,
	endpoints: readonly RealtimeEndpoint[],
	queued: QueuedPath | undefined,
): ReleasedFunction[] => [
	{ released: health, probe: serverProbe(), burnAlarms: [], timeoutSeconds: HEALTH_TIMEOUT_SECONDS },
	...endpoints.map(({ model, predict, capacity }) => ({
		released: predict,
		probe: modelProbe(model.name),
		burnAlarms: burnAlarmNames(model),
		timeoutSeconds: capacity.timeoutSeconds,
	})),
	...(queued ? ofQueued(queued) : []),
];

function ofQueued({ functions: { submit, jobs }, endpoints }: QueuedPath): ReleasedFunction[] {
	const [first] = endpoints;
	const submitting =
		submit && first
			? [
					{
						released: submit,
						probe: modelProbe(first.model.name),
						burnAlarms: endpoints.flatMap(({ model }) => burnAlarmNames(model)),
						timeoutSeconds: SUBMIT_TIMEOUT_SECONDS,
					},
				]
			: [];
	return [...submitting, { released: jobs, probe: jobsProbe(), burnAlarms: [], timeoutSeconds: JOBS_TIMEOUT_SECONDS }];
}
