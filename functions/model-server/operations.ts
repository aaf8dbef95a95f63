/**
 * Which operation of the Open Inference Protocol an HTTP request asks for, by its method and path; or by those of SageMaker's
 * containers, which are told the version in a header. Not what it answers.
 */
import { FEEDBACK_PATH, MODEL_ROUTES, modelPath, type Route, SERVER_ROUTES } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import { VERSION_MAX } from "../../charter/registry.ts";
import { CONTAINER_ROUTES, versionIn } from "../../charter/sagemaker.ts";
import { MethodNotAllowedError } from "../shared/http/answer.ts";
import { unknownVersion } from "../shared/inference/versions.ts";

export type Operation =
	| { kind: "server" | "live" | "ready" }
	/** Without a version, the one that the route has. */
	| { kind: "model" | "modelReady" | "infer"; version: number | undefined };

/** Feedback is the platform's: a server's answers reach no caller by themselves. */
const OWN_ROUTES = MODEL_ROUTES.filter(({ path }) => path !== FEEDBACK_PATH);
const SHOWN_MAX_CHARACTERS = 100;

/**
 * @param path without the query
 * @param attributes what SageMaker's header says, where there is one
 * @throws {ApiError} NOT_FOUND where no such route or version exists
 * @throws {MethodNotAllowedError} where the route wants another method
 */
export function readOperation(model: string, method: string, path: string, attributes = ""): Operation {
	const { ping, invocations } = CONTAINER_ROUTES;
	if (path === ping.path) {
		demandMethod(method, ping);
		return { kind: "ready" };
	}
	if (path === invocations.path) {
		demandMethod(method, invocations);
		const version = versionIn(attributes);
		return { kind: "infer", version: version === undefined ? undefined : readVersion(model, version) };
	}
	const server = SERVER_ROUTES.find((route) => route.path === path);
	if (server) {
		demandMethod(method, server);
		if (server.path === "/v2") return { kind: "server" };
		return { kind: server.path.endsWith("/live") ? "live" : "ready" };
	}
	const root = modelPath(model);
	const route = OWN_ROUTES.find((known) => matches(`${root}${known.path}`, path));
	if (!route)
		throw new ApiError(
			"NOT_FOUND",
			`"${path.slice(0, SHOWN_MAX_CHARACTERS)}" is no path here. This server has the model "${model}": its paths start with ${root}.`,
		);
	demandMethod(method, route);
	const version = route.path.includes("{version}") ? readVersion(model, path.split("/")[5]) : undefined;
	if (route.path.endsWith("/infer")) return { kind: "infer", version };
	return { kind: route.path.endsWith("/ready") ? "modelReady" : "model", version };
}

function matches(template: string, path: string): boolean {
	const [wanted, found] = [template.split("/"), path.split("/")];
	return wanted.length === found.length && wanted.every((part, i) => part === "{version}" || part === found[i]);
}

function demandMethod(method: string, route: Pick<Route, "method">): void {
	if (method !== route.method) throw new MethodNotAllowedError(method.slice(0, 20), route.method);
}

function readVersion(model: string, text = ""): number {
	const version = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
	if (!(version <= VERSION_MAX)) throw unknownVersion(model, text);
	return version;
}
