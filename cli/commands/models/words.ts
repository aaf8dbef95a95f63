/** How routes, rollouts and times are written for people, in every command alike. */
import Table from "cli-table3";
import type { RouteRecord } from "../../../charter/registry.ts";
import { isRolloutEnded, type RolloutRecord } from "../../../charter/rollout.ts";

/** Lines between rows make a long table longer, and no clearer. */
const NO_RULES = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };

/** A table without colours. @param widths of columns whose text is folded, with the padding; the others take what they need */
export const tableOf = (head: string[], widths: (number | null)[] = []): Table.Table =>
	new Table({ head, style: { head: [], border: [] }, chars: NO_RULES, colWidths: widths, wordWrap: true });

export const NONE = "–";

/** As in "v3 90 %, canary v4 10 %, all of a tenant's alike". */
export function routeWords(route: RouteRecord | undefined): string {
	if (!route) return NONE;
	const variants = route.variants.map(({ name, version, weight, mirrorPct = 0 }) => {
		const arm = name === "champion" ? `v${version}` : `${name} v${version}`;
		// The last arm's share is what the others leave, which is not exact.
		return mirrorPct > 0 ? `${arm} mirrors ${mirrorPct} %` : `${arm} ${Number(weight.toFixed(6))} %`;
	});
	const by = route.sticky?.by ?? "none";
	return [...variants, ...(by === "none" ? [] : [`all of a ${by}'s alike`])].join(", ");
}

/** Share of the traffic that a rollout's version has or had last, in percent. */
const weightOf = ({ step, plan }: Pick<RolloutRecord, "step" | "plan">): number => plan.weights[step] ?? 0;

/** As in "v1 → v2 SHIFTING, at 25 %". */
export function rolloutWords(rollout: RolloutRecord): string {
	const { from, to, state } = rollout;
	const weight = isRolloutEnded(state) ? "" : `, at ${weightOf(rollout)} %`;
	return `v${from} → v${to} ${state}${rollout.heldSinceMs === undefined ? "" : ", held"}${weight}`;
}

/** In UTC, as in "2026-11-24 14:03:07". */
export const timeOf = (at: number | string): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");

/** Four digits after the point are enough to tell two models apart. */
export const figure = (value: number | undefined): string =>
	value === undefined ? NONE : Number.isInteger(value) ? String(value) : value.toFixed(4);

const COLUMNS = 100;

/** A text in lines of a hundred columns, the first one after `head`, the others below it. */
export function folded(text: string, head: string): string[] {
	const lines: string[] = [];
	let line = head;
	for (const word of text.split(" ")) {
		const isFull = line.trim() !== "" && line.length > head.length && line.length + word.length > COLUMNS;
		if (isFull) lines.push(line.trimEnd());
		line = `${isFull ? " ".repeat(head.length) : line}${word} `;
	}
	return [...lines, line.trimEnd()];
}
