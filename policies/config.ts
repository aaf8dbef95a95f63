/**
 * The pack's config: what the engine hands over under the name of the `charter` policy, parsed. The settings' own words;
 * every unknown key is an error. Not the level of each policy, which the engine keeps.
 */
import { z } from "zod";
import { ACCOUNT_CONCURRENCY_LIMIT, LOG_RETENTION_CHOICES_DAYS, LOG_RETENTION_DAYS } from "../charter/limits.ts";
import { COST_TAG_KEYS } from "../charter/tags.ts";

const positive = z.number().positive();

/** A model, as far as policies need to know it; a stack's own settings say more. */
const modelShape = {
	name: z.string().min(1),
	serve: z.enum(["realtime", "queued", "batch"]).optional(),
	slo: z
		.looseObject({
			p95Ms: positive.optional(),
			errorRate: positive.optional(),
			monthlyCostUsd: positive.optional(),
			jobP95Seconds: positive.optional(),
		})
		.optional(),
	/** Hop by hop, in milliseconds. */
	budget: z.record(z.string(), z.number()).optional(),
	traffic: z
		.looseObject({ rps: positive.optional(), peakRps: positive.optional(), payloadKb: positive.optional() })
		.optional(),
};
const SETTINGS_ONLY = ["team", "feature", "runtime", "rollout", "schedule"];
const Model = z.strictObject({
	...modelShape,
	...Object.fromEntries(SETTINGS_ONLY.map((key) => [key, z.unknown().optional()])),
});
const Tenant = z.strictObject({
	name: z.string().min(1),
	tier: z.string().optional(),
	models: z.array(z.string()).optional(),
});

const PackConfigSchema = z.strictObject({
	models: z.array(Model).default([]),
	tenants: z.array(Tenant).default([]),
	requiredTags: z.array(z.string().min(1)).default([...COST_TAG_KEYS]),
	/** Concurrent executions that AWS allows the account and region. */
	accountConcurrencyLimit: z.int().positive().default(ACCOUNT_CONCURRENCY_LIMIT),
	/** What a mandatory rule does that cannot tell yet: block, or say so. */
	unknowns: z.enum(["reject", "warn"]).default("warn"),
	/** Records, each judged on its own: see exceptions.ts. */
	exceptions: z.array(z.unknown()).default([]),
	/** Whether a program may state exceptions itself: see exceptions-in-program.ts. */
	inProgramExceptions: z.enum(["allow", "forbid"]).default("allow"),
	/** What cost-allocation-tags adds at the level "remediate", by key. */
	defaultTags: z.record(z.string(), z.string().min(1)).default({}),
	/** What log-retention sets at the level "remediate". */
	logRetentionDays: z.literal(LOG_RETENTION_CHOICES_DAYS).default(LOG_RETENTION_DAYS),
});

export type PackConfig = z.output<typeof PackConfigSchema>;
export type ModelDeclaration = PackConfig["models"][number];

/** Keys of the pack's config, for messages and docs. */
export const CONFIG_KEYS: readonly string[] = Object.keys(PackConfigSchema.shape);

export interface ParsedConfig {
	config: PackConfig;
	/** Each with where, what and what to do; the keys at fault have their defaults. */
	faults: string[];
}

/**
 * Parses the pack's config. Never throws: a key at fault is reported and its default stands, so that the rest of the
 * charter is still judged.
 * @param raw what is given under `charter` in the pack's config
 * @param fromStack models and tenants of the stack's own settings, used where the config names none
 */
export function parseConfig(raw: unknown, fromStack: { models?: unknown; tenants?: unknown } = {}): ParsedConfig {
	const isObject = typeof raw === "object" && raw !== null && !Array.isArray(raw);
	const merged: Record<string, unknown> = { ...declared(fromStack), ...(isObject ? raw : {}) };
	const faults = isObject || raw === undefined ? [] : [`it is no object: give keys of ${CONFIG_KEYS.join(", ")}`];
	// Each round takes out what the last one found at fault, so it ends when nothing of what was given is left.
	for (let rounds = Object.keys(merged).length; rounds >= 0; rounds--) {
		const parsed = PackConfigSchema.safeParse(merged);
		if (parsed.success) return { config: parsed.data, faults };
		const broken = new Set<string>();
		for (const issue of parsed.error.issues) {
			if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
				for (const key of issue.keys) {
					broken.add(key);
					faults.push(`"${key}" is no key of the pack's config: use one of ${CONFIG_KEYS.join(", ")}`);
				}
				continue;
			}
			broken.add(String(issue.path[0]));
			faults.push(`${issue.path.join(".")}: ${issue.message}`);
		}
		for (const key of broken) delete merged[key];
	}
	return { config: PackConfigSchema.parse({}), faults };
}

/** The stack's own models and tenants, cut down to what the pack reads: settings may say more than policies know. */
function declared(fromStack: { models?: unknown; tenants?: unknown }): Record<string, unknown> {
	const models = z.array(z.object(modelShape)).safeParse(fromStack.models);
	const tenants = z.array(z.object(Tenant.shape)).safeParse(fromStack.tenants);
	return {
		...(models.success ? { models: models.data } : {}),
		...(tenants.success ? { tenants: tenants.data } : {}),
	};
}
