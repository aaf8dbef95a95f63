/**
 * How a dashboard's widgets write down what they draw: rows of metrics with their shorthands, and strings anywhere.
 * Which resources are meant by it, dashboards.ts tells.
 */
import { isUnknown, rawProperty } from "../facts/unknown.ts";

/** In a row of metrics: the same as above, in this place or in all the places left. */
const SAME = ".";
const ALL_SAME = "...";

/** One metric that a widget draws. */
export interface Row {
	/** As in "AWS/Lambda". */
	namespace: string | undefined;
	/** Dimensions, key and value. */
	pairs: [string, string][];
	/** What else stands there: expressions. */
	rest: unknown[];
}

/** The rows of a widget's metrics, `[namespace, metric, key, value, …, options]`, shorthands spelled out. */
export function rowsOf(metrics: readonly unknown[]): Row[] {
	let above: string[] = [];
	return metrics.map((_, i) => {
		const row = rawProperty(metrics, String(i));
		const cells = Array.isArray(row) ? row.map((_cell, at) => rawProperty(row, String(at))) : [row];
		const texts = spelledOut(
			cells.filter((cell) => typeof cell === "string"),
			above,
		);
		if (texts.length > 0) above = texts;
		const pairs: [string, string][] = [];
		for (let at = 2; at + 1 < texts.length; at += 2) pairs.push([texts[at] ?? "", texts[at + 1] ?? ""]);
		return { namespace: texts[0], pairs, rest: cells.filter((cell) => typeof cell !== "string") };
	});
}

function spelledOut(texts: readonly string[], above: readonly string[]): string[] {
	const rest = texts.indexOf(ALL_SAME);
	if (rest !== -1) {
		const after = texts.slice(rest + 1);
		const before = texts.slice(0, rest);
		return [...before, ...above.slice(before.length, above.length - after.length), ...after];
	}
	return texts.map((text, at) => (text === SAME ? (above[at] ?? text) : text));
}

/** What people read and nothing draws. */
const CAPTIONS: readonly string[] = ["label"];

/** Every string in a value, but for those under some keys. */
export function stringsIn(value: unknown, except = CAPTIONS): string[] {
	const strings: string[] = [];
	const pending: unknown[] = [value];
	for (const next of pending) {
		if (typeof next === "string" && !isUnknown(next)) strings.push(next);
		if (typeof next !== "object" || next === null) continue;
		for (const key of Object.keys(next)) if (!except.includes(key)) pending.push(rawProperty(next, key));
	}
	return strings;
}
