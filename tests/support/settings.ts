/** A happy settings record to change one thing in: the smallest whole stack. */

/** Raw settings as a stack file holds them. */
export const rawSettings = () => ({
	environment: "test",
	costCenter: "cc-1",
	models: [rawModel()],
	tenants: [{ name: "acme", tier: "standard" }],
	tiers: { standard: { rps: 10, burst: 20, dailyQuota: 10_000 } },
});

/** One realtime model, raw. */
export const rawModel = () => ({
	name: "tumour-risk",
	team: "diagnostics",
	feature: "screening",
	serve: "realtime",
	runtime: { kind: "lambda", memoryMb: 1024 },
	slo: { p95Ms: 150 },
	budget: { featuresMs: 40, modelMs: 60, restMs: 50 },
	traffic: { rps: 20, peakRps: 60 },
});
