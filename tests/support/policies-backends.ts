/** Backends of a fixed size and the ways to them from outside, for tests of what stands between. */
import { type ResourceSpec, ref, resource } from "./policies-stack.ts";

/** A backend of a fixed size. */
export const database = (props: Record<string, unknown> = {}) =>
	resource("aws:rds/instance:Instance", "features", props);
export const fn = (name: string, props: Record<string, unknown> = {}) =>
	resource("aws:lambda/function:Function", name, { role: "any", ...props });
/** A function that calls what its environment names. */
export const knows = (name: string, target: ResourceSpec, attr: string) =>
	fn(name, { environment: { variables: { BACKEND: ref(target, attr) } } });
/** Outside callers reach the function by it. */
export const url = (of: string) =>
	resource("aws:lambda/functionUrl:FunctionUrl", `${of}-url`, { functionName: ref(fn(of), "name") });
/** A backend, the function `score` that calls it, and that function's URL. */
export const behindUrl = (backend: ResourceSpec, attr: string, ...more: ResourceSpec[]) => [
	backend,
	knows("score", backend, attr),
	url("score"),
	...more,
];
