/**
 * Which operation on which queued model a request asks for: the charter's routes, matched against API Gateway's template.
 * Nothing else is read of the request.
 */
import { FEEDBACK_PATH, modelPath, QUEUED_MODEL_ROUTES } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import { MethodNotAllowedError } from "../shared/http/answer.ts";
import type { ApiRequest } from "../shared/http/api-request.ts";

export interface Operation {
	kind: "metadata" | "ready" | "infer" | "upload" | "feedback";
	model: string;
}

type Path = (typeof QUEUED_MODEL_ROUTES)[number]["path"];

const KINDS = {
	"": "metadata",
	"/ready": "ready",
	"/infer": "infer",
	"/uploads": "upload",
	[FEEDBACK_PATH]: "feedback",
} as const satisfies Record<Path, Operation["kind"]>;

/**
 * @throws {ApiError} NOT_FOUND where it is no path of one of the models
 * @throws {MethodNotAllowedError} where the route wants another method
 */
export function readOperation(
	models: Iterable<string>,
	{ method, resource }: Pick<ApiRequest, "method" | "resource">,
): Operation {
	for (const model of models) {
		const route = QUEUED_MODEL_ROUTES.find(({ path }) => resource === `${modelPath(model)}${path}`);
		if (!route) continue;
		if (method !== route.method) throw new MethodNotAllowedError(method.slice(0, 20), route.method);
		return { kind: KINDS[route.path], model };
	}
	throw new ApiError(
		"NOT_FOUND",
		`"${resource.slice(0, 200)}" is no path of a queued model. Their paths are those of ${modelPath("{name}")}.`,
	);
}
