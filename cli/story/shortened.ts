/**
 * What the sandbox shortens of a stack's settings, so that minutes show what takes hours: looks at a rollout every few seconds,
 * and a tenant that sends in these what it would in hours. What is decided by, α and the SLO's bounds, stays as declared.
 */
import { z } from "zod";

const MODELS = "triplane:models";
const TIERS = "triplane:tiers";

const ROLLOUT = { weights: [25, 100], intervalSeconds: 2 };
/** The loosest tier's, which lets a rollout's evidence come in within half a minute. */
const RPS_MIN = 200;

const Models = z.array(z.looseObject({ rollout: z.looseObject({}).optional() }));
const Tiers = z.record(z.string(), z.looseObject({ rps: z.number(), burst: z.number() }));

/**
 * What is out of shape stays as it is, for the settings' own schema to tell.
 * @param config by full key, as the engine takes it
 */
export function shortened(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
	const models = Models.safeParse(config[MODELS]);
	const tiers = Tiers.safeParse(config[TIERS]);
	return {
		...config,
		...(models.success && {
			[MODELS]: models.data.map((model) => ({ ...model, rollout: { ...model.rollout, ...ROLLOUT } })),
		}),
		...(tiers.success && { [TIERS]: loosened(tiers.data) }),
	};
}

function loosened(tiers: z.output<typeof Tiers>): z.output<typeof Tiers> {
	const loosest = Math.max(...Object.values(tiers).map(({ rps }) => rps));
	return Object.fromEntries(
		Object.entries(tiers).map(([name, tier]) => {
			if (tier.rps < loosest || loosest >= RPS_MIN) return [name, tier];
			return [name, { ...tier, rps: RPS_MIN, burst: Math.max(tier.burst, 2 * RPS_MIN) }];
		}),
	);
}
