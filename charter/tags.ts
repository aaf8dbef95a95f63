/** The cost-allocation tags that every resource carries: cost is attributed to team × model × feature. */

/** Keys, exact, in the order in which reports show them. Activate them for cost allocation in the payer account. */
export const COST_TAG_KEYS = ["team", "model", "feature", "environment", "cost-center"] as const;

type CostTagKey = (typeof COST_TAG_KEYS)[number];
export type CostTags = Record<CostTagKey, string>;

/** The value of `model` and `feature` on what all models share. */
export const SHARED = "shared";
