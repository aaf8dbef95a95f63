/** Every rule of the pack, family by family. Importable: constructing the pack is index.ts's part. */
import { CAPACITY_RULES } from "./families/capacity.ts";
import { CORE_RULES } from "./families/core.ts";
import { DELIVERY_RULES } from "./families/delivery.ts";
import { OBSERVABILITY_RULES } from "./families/observability.ts";
import { PERIMETER_RULES } from "./families/perimeter.ts";
import type { Remediation } from "./remediation.ts";
import { tagsFromDefaults } from "./remediations/cost-allocation-tags.ts";
import { retentionFromDefault } from "./remediations/log-retention.ts";
import type { Rule } from "./rule.ts";

export const RULES: readonly Rule[] = [
	...CORE_RULES,
	...DELIVERY_RULES,
	...OBSERVABILITY_RULES,
	...CAPACITY_RULES,
	...PERIMETER_RULES,
];

/** What the pack can mend, where the config sets the policy's level to "remediate". */
export const REMEDIATIONS: readonly Remediation[] = [tagsFromDefaults, retentionFromDefault];
