/**
 * No way of synchronous calls from outside to a backend of fixed capacity. A second, direct way fails even where a queue
 * exists. Connections that only code knows of (a secret, a host name typed in) are not seen.
 */

import { BACKEND_TYPES, fixedCapacityOf } from "../graph/backends.ts";
import { type Path, reachableSynchronously } from "../graph/calls.ts";
import { cannotTell, fail, pass, type Rule } from "../rule.ts";

export const queueBeforeNonElasticBackend: Rule = {
	name: "queue-before-non-elastic-backend",
	findings: [],
	*check({ stack }) {
		const reachable = reachableSynchronously(stack);
		for (const backend of stack.ofType(...BACKEND_TYPES)) {
			const fixed = fixedCapacityOf(stack, backend);
			if (fixed.state === "absent") continue;
			const path = reachable.get(backend);
			const unsure = path?.find(({ open }) => open)?.open;
			if (!path) yield pass(backend);
			else if (unsure) yield cannotTell(backend, unsure, "whether its outside callers wait for it");
			else if (fixed.state === "unknown")
				yield cannotTell(backend, fixed, "whether its capacity follows the load of its outside callers");
			else {
				const names = namesOn(path);
				yield fail(backend, {
					what: `${fixed.value} and is called from outside without a queue: ${names.join(" → ")}`,
					fix: `Let ${names.at(-2)} send to an SQS queue or Kinesis stream, and a consumer with a maximum concurrency call ${backend.label}.`,
				});
			}
		}
	},
};

/** Everyone on the way by name, from whoever is outside. */
const namesOn = (path: Path): string[] => [path[0]?.from?.label ?? "outside", ...path.map(({ to }) => to.label)];
