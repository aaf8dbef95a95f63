/** Reports for tests of the check: a small stack judged by two rules, so that exact findings can be expected. */
import { Analysis } from "../../policies/analysis.ts";
import type { SourcePosition } from "../../policies/graph/node.ts";
import { packSettings } from "../../policies/levels.ts";
import { type Report, reportOf } from "../../policies/report.ts";
import { functionReservedConcurrency } from "../../policies/rules/function-reserved-concurrency.ts";
import { functionTimeoutExplicit } from "../../policies/rules/function-timeout-explicit.ts";
import { CHARTER } from "../../policies/violations.ts";
import { type ResourceSpec, resource, stackOf, UNKNOWN } from "./policies-stack.ts";

export const judgedBy = { source: "shop/index.ts", pack: { name: "@triplane/policies", version: "0.1.0" }, notes: [] };

export const FUNCTION = "aws:lambda/function:Function";

/** A function with neither reservation nor timeout, and one whose reservation cannot be told yet. */
export const smallStack: readonly ResourceSpec[] = [
	resource(FUNCTION, "score"),
	resource(FUNCTION, "later", { timeout: 5, reservedConcurrentExecutions: UNKNOWN }),
];

/**
 * @param config the pack's config, by policy name
 * @param sources where the program declares resources, by their names
 */
export function reportOn(
	specs: readonly ResourceSpec[] = smallStack,
	config: Record<string, unknown> = {},
	sources: Readonly<Record<string, SourcePosition>> = {},
): Report {
	const settings = packSettings(config, "the test's config");
	const analysis = new Analysis({
		resources: stackOf(specs, "raw").map((each) => {
			const source = Object.hasOwn(sources, each.name) ? sources[each.name] : undefined;
			return source ? { ...each, source } : each;
		}),
		config: settings.given.get(CHARTER),
		rules: [functionReservedConcurrency, functionTimeoutExplicit],
		today: "2026-11-24",
	});
	return reportOf(analysis, settings);
}
