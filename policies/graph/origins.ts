/** What a CDN stands in front of: the origins of CloudFront distributions that are resources of the stack. */
import { type Fact, itemsOf, orElse } from "../facts/fact.ts";
import { apiOf, HTTP_API, HTTP_STAGE, REST_API, REST_STAGE } from "./apis.ts";
import type { ResourceNode } from "./node.ts";
import { perStack } from "./stack-graph.ts";
import { DISTRIBUTION, FUNCTION_URL, LOAD_BALANCER } from "./types.ts";

export interface FrontedOrigin {
	distribution: ResourceNode;
	/** An API, a load balancer or a function URL. */
	target: ResourceNode;
	/** How long CloudFront waits for the origin's answer. */
	readTimeoutSeconds: Fact<number>;
}

const TARGETS = [REST_API, REST_STAGE, HTTP_API, HTTP_STAGE, LOAD_BALANCER, FUNCTION_URL];
const READ_TIMEOUT_DEFAULT_SECONDS = 30;

/** Every origin of the stack's distributions that names, or depends on, a resource of it. */
export const originsOf = perStack((stack): readonly FrontedOrigin[] =>
	stack.ofType(DISTRIBUTION).flatMap((distribution) => {
		const origins = itemsOf(distribution.props.parts("origins"));
		return origins.flatMap((origin) => {
			const host = origin.text("domainName");
			const named = host.state === "known" ? stack.named(host.value, TARGETS) : [];
			// The engine knows dependencies of all origins together: with one origin they are its own.
			const depended = origins.length === 1 ? stack.dependencies(distribution, "origins", TARGETS) : [];
			const targets = new Set((named.length > 0 ? named : depended).map((node) => apiOf(stack, node) ?? node));
			const readTimeoutSeconds = orElse(
				origin.number("customOriginConfig.originReadTimeout"),
				READ_TIMEOUT_DEFAULT_SECONDS,
			);
			return [...targets].map((target) => ({ distribution, target, readTimeoutSeconds }));
		});
	}),
);
