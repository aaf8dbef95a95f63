/** Rules that keep one tenant's burst from taking the platform down, and say who pays. */
import type { Rule } from "../rule.ts";
import { apiTenantThrottling } from "../rules/api-tenant-throttling.ts";
import { costAllocationTags } from "../rules/cost-allocation-tags.ts";
import { functionReservedConcurrency } from "../rules/function-reserved-concurrency.ts";
import { functionTimeoutExplicit } from "../rules/function-timeout-explicit.ts";
import { queueBeforeNonElasticBackend } from "../rules/queue-before-non-elastic-backend.ts";
import { timeoutChain } from "../rules/timeout-chain.ts";

export const CORE_RULES: readonly Rule[] = [
	functionReservedConcurrency,
	apiTenantThrottling,
	queueBeforeNonElasticBackend,
	functionTimeoutExplicit,
	timeoutChain,
	costAllocationTags,
];
