/** Rules of what capacity costs: pollers, workflows, spot, tables, and the monthly cap. */
import type { Rule } from "../rule.ts";
import { monthlyCostCap } from "../rules/monthly-cost-cap.ts";
import { noAlwaysOnPoller } from "../rules/no-always-on-poller.ts";
import { spotWithOnDemandBase } from "../rules/spot-with-on-demand-base.ts";
import { tableCapacity } from "../rules/table-capacity.ts";
import { workflowType } from "../rules/workflow-type.ts";

export const CAPACITY_RULES: readonly Rule[] = [
	tableCapacity,
	noAlwaysOnPoller,
	workflowType,
	spotWithOnDemandBase,
	monthlyCostCap,
];
