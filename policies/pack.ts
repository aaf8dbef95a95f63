/** Every rule of the pack, in the order of the charter. Importable: constructing the pack is index.ts's part. */
import type { Rule } from "./rule.ts";
import { apiTenantThrottling } from "./rules/api-tenant-throttling.ts";
import { costAllocationTags } from "./rules/cost-allocation-tags.ts";
import { functionReservedConcurrency } from "./rules/function-reserved-concurrency.ts";
import { functionTimeoutExplicit } from "./rules/function-timeout-explicit.ts";
import { queueBeforeNonElasticBackend } from "./rules/queue-before-non-elastic-backend.ts";
import { timeoutChain } from "./rules/timeout-chain.ts";

export const RULES: readonly Rule[] = [
	functionReservedConcurrency,
	apiTenantThrottling,
	queueBeforeNonElasticBackend,
	functionTimeoutExplicit,
	timeoutChain,
	costAllocationTags,
];
