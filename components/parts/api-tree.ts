/**
 * The API's paths as REST API resources need them: every path of the charter, and each shared parent once.
 * Pure: front-door.ts makes the resources.
 */
import {
	JOB_ROUTES,
	MODEL_ROUTES,
	modelPath,
	QUEUED_MODEL_ROUTES,
	type Route,
	SERVER_ROUTES,
} from "../../charter/api.ts";

/** One resource of a REST API: a segment below its parent. */
export interface ApiNode {
	/** From the root, as in "/v2/models". */
	path: string;
	/** Path of the parent; empty where that is the root. */
	parentPath: string;
	pathPart: string;
}

/** Routes about the server as a whole. */
export const serverRoutes = (): readonly Route[] => SERVER_ROUTES;

/** Routes of one realtime model, from the root. */
export const modelRoutes = (model: string): Route[] => below(modelPath(model), MODEL_ROUTES);

/** Routes of one queued model, from the root. */
export const queuedModelRoutes = (model: string): Route[] => below(modelPath(model), QUEUED_MODEL_ROUTES);

/** Routes about the jobs of all models. */
export const jobRoutes = (): readonly Route[] => JOB_ROUTES;

const below = (root: string, routes: readonly Route[]): Route[] =>
	routes.map(({ path, method }) => ({ path: `${root}${path}`, method }));

/** The path on which a model's requests for inference come in. */
export const inferPath = (model: string): string => `${modelPath(model)}/infer`;

/**
 * The resources that these paths need, parents before children, each once.
 * @param paths each begins with a slash and ends without one
 */
export function apiNodes(paths: readonly string[]): ApiNode[] {
	const nodes = new Map<string, ApiNode>();
	for (const path of paths) {
		let parentPath = "";
		for (const pathPart of path.split("/").slice(1)) {
			const at = `${parentPath}/${pathPart}`;
			if (!nodes.has(at)) nodes.set(at, { path: at, parentPath, pathPart });
			parentPath = at;
		}
	}
	return [...nodes.values()];
}
