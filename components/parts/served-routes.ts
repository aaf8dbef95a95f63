/**
 * What answers which path of the API, and how long the API waits for it. Pure: front-door.ts makes the resources.
 * The paths themselves are in charter/api.ts.
 */
import { HEALTH_TIMEOUT_SECONDS, integrationTimeoutMs } from "../../charter/derive.ts";
import { JOBS_TIMEOUT_SECONDS, SUBMIT_INTEGRATION_TIMEOUT_MS } from "../../charter/queued.ts";
import { jobRoutes, modelRoutes, queuedModelRoutes, serverRoutes } from "./api-tree.ts";
import type { BoundedFunction } from "./bounded-function.ts";
import type { ApiRoute } from "./front-door.ts";
import type { QueuedPath } from "./queued-path.ts";
import type { RealtimeEndpoint } from "./realtime-endpoint.ts";

export const servedRoutes = (
	health: BoundedFunction,
	endpoints: readonly RealtimeEndpoint[],
	queued: QueuedPath | undefined,
): ApiRoute[] => [
	...serverRoutes().map((route) => ({
		...route,
		backend: health,
		integrationTimeoutMs: integrationTimeoutMs(HEALTH_TIMEOUT_SECONDS),
	})),
	...endpoints.flatMap(({ model, predict, capacity }) =>
		modelRoutes(model.name).map((route) => ({
			...route,
			backend: predict,
			integrationTimeoutMs: capacity.integrationTimeoutMs,
		})),
	),
	...(queued ? queuedRoutes(queued) : []),
];

const queuedRoutes = ({ endpoints, functions }: QueuedPath): ApiRoute[] => [
	...endpoints.flatMap(({ model }) =>
		queuedModelRoutes(model.name).flatMap((route) =>
			functions.submit
				? [{ ...route, backend: functions.submit, integrationTimeoutMs: SUBMIT_INTEGRATION_TIMEOUT_MS }]
				: [],
		),
	),
	...jobRoutes().map((route) => ({
		...route,
		backend: functions.jobs,
		integrationTimeoutMs: integrationTimeoutMs(JOBS_TIMEOUT_SECONDS),
	})),
];
