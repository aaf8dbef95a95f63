/**
 * Which operation on a model a request asks for: by the API's route template, its version parameter and its method.
 * Not authorization: the API's authorizer has let the request through.
 */
import { FEEDBACK_PATH, MODEL_ROUTES, modelPath } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import { VERSION_MAX } from "../../charter/registry.ts";
import { MethodNotAllowedError } from "../shared/http/answer.ts";
import type { ApiRequest } from "../shared/http/api-request.ts";
import { unknownVersion } from "../shared/inference/versions.ts";

export interface Operation {
	kind: "metadata" | "ready" | "infer" | "feedback";
	/** The version that the path pins; undefined where the route chooses. */
	version: number | undefined;
}

/**
 * @throws {ApiError} NOT_FOUND where no such route or version exists
 * @throws {MethodNotAllowedError} where the route wants another method
 */
export function readOperation(
	model: string,
	request: Pick<ApiRequest, "method" | "resource" | "pathParameters">,
): Operation {
	const root = modelPath(model);
	const route = MODEL_ROUTES.find(({ path }) => request.resource === `${root}${path}`);
	if (!route)
		throw new ApiError(
			"NOT_FOUND",
			`"${request.resource.slice(0, 200)}" is no path of the model "${model}". Its paths start with ${root}.`,
		);
	if (request.method !== route.method) throw new MethodNotAllowedError(request.method.slice(0, 20), route.method);
	const version = route.path.includes("{version}") ? readVersion(model, request.pathParameters.version) : undefined;
	if (route.path === FEEDBACK_PATH) return { kind: "feedback", version: undefined };
	if (route.path.endsWith("/infer")) return { kind: "infer", version };
	return { kind: route.path.endsWith("/ready") ? "ready" : "metadata", version };
}

function readVersion(model: string, text = ""): number {
	const version = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
	if (!(version <= VERSION_MAX)) throw unknownVersion(model, text);
	return version;
}
