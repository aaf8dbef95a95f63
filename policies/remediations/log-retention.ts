/** Lets a log group that never expires expire, after the config's `logRetentionDays`. Makes no group for a function that has none. */
import { LOG_GROUP } from "../graph/types.ts";
import type { Remediation } from "../remediation.ts";
import { logRetention } from "../rules/log-retention.ts";

const RETENTION = "retentionInDays";

export const retentionFromDefault: Remediation = {
	rule: logRetention,
	findings: ["expiry", "function-group/expiry"],
	mend(node, _, { logRetentionDays }) {
		if (node.type !== LOG_GROUP) return {};
		const days = node.props.number(RETENTION);
		if (days.state === "unknown" || (days.state === "known" && days.value > 0)) return {};
		// CloudWatch deletes what is in a group of this class after two days, and takes no other retention.
		const groupClass = node.effectiveText("logGroupClass");
		if (groupClass.state === "unknown" || (groupClass.state === "known" && groupClass.value === "DELIVERY")) return {};
		return { [RETENTION]: logRetentionDays };
	},
};
