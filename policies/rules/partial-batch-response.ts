/**
 * A queue's consumer reports the messages of a batch that failed. Whether the handler answers so is not seen; streams are
 * not asked, which split a batch or send it to a destination.
 */
import { type Fact, ifKnown } from "../facts/fact.ts";
import { sourceKindOf } from "../graph/mappings.ts";
import type { ResourceNode } from "../graph/node.ts";
import { EVENT_SOURCE_MAPPING } from "../graph/types.ts";
import { cannotTell, fail, notApplicable, pass, type Rule } from "../rule.ts";

const REPORT = "ReportBatchItemFailures";

export const partialBatchResponse: Rule = {
	name: "partial-batch-response",
	findings: [],
	*check({ stack }) {
		for (const mapping of stack.ofType(EVENT_SOURCE_MAPPING)) {
			const kind = sourceKindOf(stack, mapping);
			const batch = mapping.effectiveNumber("batchSize");
			const reports = reportsFailures(mapping);
			if (kind.state === "known" && kind.value !== "queue") yield notApplicable(mapping, "its source is no queue");
			else if (ifKnown(batch) === 1) yield notApplicable(mapping, "its batches are single messages");
			else if (ifKnown(reports) === true) yield pass(mapping);
			else if (kind.state === "unknown") yield cannotTell(mapping, kind, "whether it polls a queue");
			else if (batch.state === "unknown") yield cannotTell(mapping, batch, "whether a batch is more than one message");
			else if (reports.state === "unknown") yield cannotTell(mapping, reports, "whether it reports failed messages");
			else
				yield fail(mapping, {
					what: `takes batches of up to ${ifKnown(batch)} messages, and retries all of them where one fails`,
					fix: `Set functionResponseTypes to ["${REPORT}"] and return the failed messages, or set batchSize to 1.`,
				});
		}
	},
};

function reportsFailures(mapping: ResourceNode): Fact<boolean> {
	const types = mapping.props.texts("functionResponseTypes");
	if (types.state !== "known") return types;
	if (types.value.some((type) => ifKnown(type) === REPORT)) return { state: "known", value: true };
	return types.value.find((type) => type.state === "unknown") ?? { state: "known", value: false };
}
