/** Who may call a model, from the tightest tier to the loosest: the first shows the throttle, the last is served meanwhile. */
import { SettingsError } from "../../charter/errors.ts";
import type { Settings } from "../../charter/settings.ts";

export interface Tenant {
	name: string;
	token: string;
	rps: number;
	burst: number;
}

export function callersOf(
	settings: Settings,
	model: string,
	tokens: readonly { name: string; token: string }[],
): Tenant[] {
	return settings.tenants
		.filter(({ models }) => models === undefined || models.includes(model))
		.flatMap(({ name, tier: tierName }) => {
			const token = tokens.find((issued) => issued.name === name)?.token;
			const tier = settings.tiers[tierName];
			return token && tier ? [{ name, token, rps: tier.rps, burst: tier.burst }] : [];
		})
		.toSorted((a, b) => a.rps - b.rps);
}

/** Pause between two requests of the same tenant at which none of these exceeds its rate. */
export const pacingMsOf = (tenants: readonly Tenant[]): number => 1000 / Math.min(...tenants.map(({ rps }) => rps));

/**
 * @throws {SettingsError} where the settings lack what the story shows: the sample, and two tenants that may call it
 */
export function assertTellable(settings: Settings, model: string): void {
	const isServed = settings.models.some(({ name, serve }) => name === model && serve === "realtime");
	const callers = settings.tenants.filter(({ models }) => models === undefined || models.includes(model));
	if (isServed && callers.length > 1) return;
	throw new SettingsError(
		`The sandbox shows the sample "${model}": the settings must declare it, realtime, and two tenants that may call it. ${isServed ? `Only ${callers.length} may.` : "It is not declared so."}`,
	);
}
