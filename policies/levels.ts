/**
 * The pack's config as PulumiPolicy takes it (a level or an object by policy name, `all` for every policy), for where no
 * engine reads it. Which policy names and keys are known is the charter policy's to say: see violations.ts.
 */
import { z } from "zod";
import { Unjudgeable } from "./offline/unjudgeable.ts";

const Level = z.enum(["advisory", "mandatory", "remediate", "disabled"]);
type Level = z.output<typeof Level>;

const ALL = "all";
const PolicySettings = z.union([Level, z.looseObject({ enforcementLevel: Level.optional() })], {
	error: `expected a level (${Level.options.join(", ")}) or an object of settings`,
});
const Config = z.record(z.string(), PolicySettings, { error: "expected an object by policy name" });

export interface PackSettings {
	/** The level of a policy, where the config sets one. */
	levelOf(policy: string): Level | undefined;
	/** What the config holds for each policy, its level apart. */
	given: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/**
 * @param raw the config's document; undefined for none
 * @param source how messages name it
 * @throws {Unjudgeable} for what the engine would refuse
 */
export function packSettings(raw: unknown, source: string): PackSettings {
	const parsed = Config.safeParse(raw ?? {});
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		const where = String(issue?.path[0] ?? "the file");
		throw new Unjudgeable(`${source} is no config of the pack: ${where}: ${issue?.message}. Correct it there.`);
	}
	const levels = new Map<string, Level | undefined>();
	const given = new Map<string, Readonly<Record<string, unknown>>>();
	for (const [policy, settings] of Object.entries(parsed.data)) {
		const { enforcementLevel, ...keys } = typeof settings === "string" ? { enforcementLevel: settings } : settings;
		levels.set(policy, enforcementLevel);
		if (policy !== ALL) given.set(policy, keys);
	}
	return { levelOf: (policy) => levels.get(policy) ?? levels.get(ALL), given };
}
