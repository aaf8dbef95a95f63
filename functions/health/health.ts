/**
 * Answers the server routes of the Open Inference Protocol: metadata, liveness, readiness.
 * Ready means that every realtime model has a route; whether a model is loaded is asked of the model.
 */
import { SERVER, SERVER_ROUTES } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import type { Deadline } from "../shared/deadline.ts";
import { type Answer, jsonAnswer, MethodNotAllowedError } from "../shared/http/answer.ts";
import type { ApiRequest } from "../shared/http/api-request.ts";

export interface RouteStore {
	/** Those of the models whose route has a variant. */
	routed(models: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>;
}

/** What is looked at of a call. */
export interface Probe {
	request: Pick<ApiRequest, "method" | "resource">;
	deadline: Pick<Deadline, "limit">;
}

export interface HealthPorts {
	models: readonly string[];
	routes: RouteStore;
}

/** A registration takes about as long. */
const NOT_READY_RETRY_SECONDS = 5;
/** Who probes readiness asks again soon; a registry that is slower than this is down. */
const READ_MAX_MS = 1_000;

/** @throws {ApiError} for every answer that is no success */
export async function health(ports: HealthPorts, { request, deadline }: Probe): Promise<Answer> {
	const route = SERVER_ROUTES.find(({ path }) => path === request.resource);
	if (!route)
		throw new ApiError("NOT_FOUND", `"${request.resource.slice(0, 200)}" is no path of the server. Start at /v2.`);
	if (request.method !== route.method) throw new MethodNotAllowedError(request.method.slice(0, 20), route.method);
	switch (route.path) {
		case "/v2":
			return jsonAnswer({ ...SERVER, extensions: [] });
		case "/v2/health/live":
			return jsonAnswer({ live: true });
		case "/v2/health/ready":
			return deadline.limit(READ_MAX_MS, (signal) => ready(ports, signal));
	}
}

async function ready({ models, routes }: HealthPorts, signal: AbortSignal): Promise<Answer> {
	const routed = await routes.routed(models, signal).catch((cause: unknown) => {
		throw new ApiError("UNAVAILABLE", "The registry cannot be read now. Try again.", {
			cause,
			retryAfterSeconds: NOT_READY_RETRY_SECONDS,
		});
	});
	const missing = models.filter((model) => !routed.has(model));
	if (missing.length > 0)
		throw new ApiError("UNAVAILABLE", `No version of ${missing.join(", ")} serves yet. Register one, then try again.`, {
			retryAfterSeconds: NOT_READY_RETRY_SECONDS,
		});
	return jsonAnswer({ ready: true });
}
