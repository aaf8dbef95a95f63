/** An API before a function "score", for tests about who waits for whom. */
import { ref, resource } from "./policies-stack.ts";

export const fn = (name: string, props: Record<string, unknown> = {}) =>
	resource("aws:lambda/function:Function", name, { role: "any", ...props });

export const api = resource("aws:apigateway/restApi:RestApi", "api");
export const integration = (props: Record<string, unknown> = {}) =>
	resource("aws:apigateway/integration:Integration", "post-score", {
		restApi: ref(api, "id"),
		type: "AWS_PROXY",
		uri: ref(fn("score"), "invokeArn"),
		...props,
	});
