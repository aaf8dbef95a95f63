/**
 * Whether rate and burst are limited on a stage as a whole, or on each of its methods or routes by itself. Limits per
 * caller are usage plans, and not here.
 */
import { type Fact, ifKnown, itemsOf } from "../facts/fact.ts";
import { HTTP_ROUTE, inApiOf, methodSettingsOf, perhapsLimited, REST_METHOD } from "./apis.ts";
import { isSamePlace, type MethodPlace, placeInWords, placeOfMethod, placesNamedBy } from "./method-paths.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";

/** Both limits are set; or what is missing, in words after a name; or the fact that keeps us from telling. */
export type Limits = "set" | { missing: string } | { property: string };

/** Limits that are not known yet; undefined where they are. */
const openIn = (limits: Limits): { property: string } | undefined =>
	typeof limits === "object" && "property" in limits ? limits : undefined;

const HALVES = ["throttlingRateLimit", "throttlingBurstLimit"] as const;
const NO_LIMITS = "has no throttle of its own: rate and burst are the account's";

/** The limits that settings of methods state, for whichever methods they are. */
export const limitsIn = (settings: ResourceNode): Limits =>
	limitsOf((half) => settings.statedNumber(`settings.${half}`));

function limitsOf(read: (half: string) => Fact<number>): Limits {
	const facts = HALVES.map((half) => ({ half, fact: read(half) }));
	const missing = facts.filter(({ fact }) => fact.state === "absent" || (fact.state === "known" && fact.value < 0));
	if (missing.length === HALVES.length) return { missing: NO_LIMITS };
	const [only] = missing;
	if (only) return { missing: `has no ${only.half} in its throttle: that half is the account's` };
	return facts.map(({ fact }) => fact).find((fact) => fact.state === "unknown") ?? "set";
}

/** Settings for single methods, with the methods that they mean. */
interface OwnSettings {
	settings: ResourceNode;
	places: readonly MethodPlace[];
	limits: Limits;
}

export function restLimitsOf(stack: StackGraph, stage: ResourceNode): Limits {
	const all = methodSettingsOf(stack, stage);
	const isForAll = (settings: ResourceNode) => ifKnown(settings.props.text("methodPath")) === "*/*";
	const forAll = all.find(isForAll);
	const general = forAll ? limitsIn(forAll) : { missing: NO_LIMITS };
	const isOpen = openIn(general);
	if (isOpen) return isOpen;
	const own = all
		.filter((settings) => !isForAll(settings))
		.map((settings) => ({ settings, places: placesNamedBy(stack, settings), limits: limitsIn(settings) }));
	const methods = inApiOf(stack, stage, REST_METHOD).map((method) => ({
		label: (place: MethodPlace) => placeInWords(place, method),
		place: placeOfMethod(stack, method),
	}));
	if (general === "set") return exceptionsFrom(own, methods);
	const bare = withoutLimits(own, methods);
	if (methods.length > 0 && bare.length === 0) return "set";
	const open = own.map(({ limits }) => openIn(limits)).find(Boolean) ?? perhapsLimited(stack, stage);
	if (open) return open;
	return bare.length < methods.length ? { missing: partly(bare) } : general;
}

interface Method {
	place: MethodPlace;
	label(place: MethodPlace): string;
}

const means = ({ places }: OwnSettings, { place }: Method): boolean =>
	places.some((named) => isSamePlace(named, place));

/** Settings of a method stand in for all of the stage's: what they leave out is not limited, the provider sends −1. */
function exceptionsFrom(own: readonly OwnSettings[], methods: readonly Method[]): Limits {
	for (const each of own) {
		if (each.limits === "set") continue;
		const method = methods.find((one) => means(each, one));
		const path = each.settings.props.text("methodPath");
		if (path.state === "unknown") return path;
		if (method)
			return (
				openIn(each.limits) ?? {
					missing: `limits its methods, but ${each.settings.label} sets ${method.label(method.place)} back to the account's rate and burst`,
				}
			);
	}
	return "set";
}

/** The methods that no settings of their own limit. Where a method's path is not told, its verb must do. */
function withoutLimits(own: readonly OwnSettings[], methods: readonly Method[]): string[] {
	const limiting = own.filter(({ limits }) => limits === "set");
	const spare = new Set(limiting.filter((each) => !methods.some((method) => means(each, method))));
	return methods.flatMap((method) => {
		if (limiting.some((each) => means(each, method))) return [];
		const { path, verb } = method.place;
		const isVague = path === undefined || verb === undefined;
		const taken =
			isVague && [...spare].find(({ places }) => verb === undefined || places.some((at) => at.verb === verb));
		return taken && spare.delete(taken) ? [] : [method.label(method.place)];
	});
}

const NAMED_MAX = 3;
function partly(bare: readonly string[]): string {
	const more = bare.length > NAMED_MAX ? ` and ${bare.length - NAMED_MAX} more` : "";
	return `limits some of its methods only: ${bare.slice(0, NAMED_MAX).join(", ")}${more} have the account's rate and burst`;
}

/** On an HTTP or WebSocket stage: by default, or route by route. */
export function routeLimitsOf(stack: StackGraph, stage: ResourceNode): Limits {
	const general = limitsOf((half) => stage.statedNumber(`defaultRouteSettings.${half}`));
	if (general === "set" || "property" in general) return general;
	const bounded = stage.props.parts("routeSettings");
	if (bounded.state === "unknown") return bounded;
	const routes = inApiOf(stack, stage, HTTP_ROUTE).map((route) => ({
		route,
		key: ifKnown(route.props.text("routeKey")),
	}));
	const limited = itemsOf(bounded).map((part) => ({
		key: ifKnown(part.text("routeKey")),
		limits: limitsOf((half) => part.number(half)),
	}));
	const spare = limited.filter(({ key, limits }) => limits === "set" && !routes.some((route) => route.key === key));
	const bare = routes.filter(({ key }) => {
		if (key !== undefined && limited.some((each) => each.key === key && each.limits === "set")) return false;
		// Which route is meant is not known, on one side or the other: one of the settings left may be its.
		const taken = spare.findIndex((each) => key === undefined || each.key === undefined);
		if (taken >= 0) spare.splice(taken, 1);
		return taken < 0;
	});
	if (routes.length > 0 && bare.length === 0) return "set";
	const open = limited.map(({ limits }) => openIn(limits)).find(Boolean);
	if (open) return open;
	return bare.length < routes.length ? { missing: partly(bare.map(({ key, route }) => key ?? route.label)) } : general;
}
