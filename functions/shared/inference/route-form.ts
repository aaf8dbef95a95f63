/**
 * Whether an item of the registry is a whole route: one that is half-written or edited by hand must not serve.
 * Not who reads it, or what serves instead; see routing.ts.
 */
import type { Slot } from "../../../charter/jobs.ts";
import { type RouteRecord, type RouteVariant, VERSION_MAX } from "../../../charter/registry.ts";
import type { Sticky } from "../../../charter/rollout-settings.ts";

/** Not the charter's own lists: they stand beside schemas, whose library predict would then have to load. */
const KNOWN_SLOTS = { a: true, b: true } as const satisfies Record<Slot, true>;
const KNOWN_STICKY = { none: true, tenant: true, user: true } as const satisfies Record<Sticky, true>;
const [SLOTS, STICKY] = [Object.keys(KNOWN_SLOTS), Object.keys(KNOWN_STICKY)];

/** Weights are sums of decimals, which are not exact. */
const WEIGHTS_TOLERANCE = 1e-6;
const WEIGHTS_SUM = 100;

/** What of an item is no route's, in words; undefined where it is a whole route. */
export function routeFault(item: object): string | undefined {
	const { revision, variants, sticky, rollout } = fieldsOf(item, ["revision", "variants", "sticky", "rollout"]);
	if (!isCount(revision)) return "revision is no whole number from 0";
	if (!Array.isArray(variants) || variants.length === 0) return "variants is no list of at least one";
	const names = new Set<string>();
	let sum = 0;
	for (const [i, variant] of variants.entries()) {
		const fault = variantFault(variant);
		if (fault !== undefined) return `variants[${i}]: ${fault}`;
		const { name, weight }: RouteVariant = variant;
		if (names.has(name)) return `variants[${i}]: the name "${name.slice(0, 60)}" is another one's too`;
		names.add(name);
		sum += weight;
	}
	if (!(Math.abs(sum - WEIGHTS_SUM) <= WEIGHTS_TOLERANCE)) return `the weights sum to ${sum}, not to ${WEIGHTS_SUM}`;
	if (rollout !== undefined && !isCount(rollout)) return "rollout is no whole number from 0";
	return sticky === undefined ? undefined : stickyFault(sticky);
}

export const isRoute = (item: object): item is RouteRecord => routeFault(item) === undefined;

function variantFault(variant: unknown): string | undefined {
	if (!isObject(variant)) return "it is no object";
	const { name, version, weight, slot, mirrorPct } = fieldsOf(variant, [
		"name",
		"version",
		"weight",
		"slot",
		"mirrorPct",
	]);
	if (typeof name !== "string" || name === "") return "its name is no text";
	if (!isCount(version) || version < 1 || version > VERSION_MAX) return "its version is no whole number from 1";
	if (!isShare(weight)) return "its weight is not from 0 to 100";
	if (slot !== undefined && !SLOTS.some((known) => known === slot)) return `its slot is none of ${SLOTS.join(", ")}`;
	if (mirrorPct !== undefined && !isShare(mirrorPct)) return "its mirrorPct is not from 0 to 100";
	return undefined;
}

function stickyFault(sticky: unknown): string | undefined {
	const { by, salt } = isObject(sticky) ? fieldsOf(sticky, ["by", "salt"]) : {};
	if (!STICKY.some((known) => known === by)) return `sticky.by is none of ${STICKY.join(", ")}`;
	return typeof salt === "string" ? undefined : "sticky.salt is no text";
}

const isObject = (value: unknown): value is object => value !== null && typeof value === "object";
const isCount = (value: unknown): value is number =>
	typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isShare = (value: unknown): boolean =>
	typeof value === "number" && value >= 0 && value <= WEIGHTS_SUM + WEIGHTS_TOLERANCE;

function fieldsOf<Name extends string>(item: object, names: readonly Name[]): Partial<Record<Name, unknown>> {
	const fields: Partial<Record<Name, unknown>> = {};
	for (const name of names) fields[name] = Reflect.get(item, name);
	return fields;
}
