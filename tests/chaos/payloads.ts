/**
 * What each job of a run sends, and what it must come to: drawn from the seed before anything starts.
 * Rows are the trainer's held-out ones, so a quiet run's results are known without one: they are the trainer's own predictions.
 */
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { type HeldoutRow, requestByValues } from "../../cli/platform/heldout.ts";
import type { Random } from "./random.ts";

/**
 * What no worker can serve, as if it had got past the door: its check was older, or the payload was damaged since.
 * - `garbage`, `truncated`: an object that is no JSON, or is cut in the middle
 * - `missing`: no object where the record says
 * - `otherInput`, `narrowRows`, `noNumbers`: requests that the model server refuses, for another model, without a column, of words
 */
export const POISON_KINDS = ["garbage", "truncated", "missing", "otherInput", "narrowRows", "noNumbers"] as const;
type PoisonKind = (typeof POISON_KINDS)[number];

export interface Payload {
	/** Its place in the run, from 0. */
	number: number;
	tenant: string;
	/** Text of the request; undefined where there is none. */
	body: string | undefined;
	/** Of healthy ones: sent by presigned upload instead of in the API's body. */
	isUploaded: boolean;
	/** What the trainer predicts, row by row; undefined for poison. */
	rows: readonly HeldoutRow[] | undefined;
	poison: PoisonKind | undefined;
}

export interface PayloadOptions {
	jobs: number;
	tenants: readonly [string, ...string[]];
	heldout: readonly HeldoutRow[];
	/** Share of the payloads that are poison, 0 to 1; at least one is. */
	poisonShare: number;
}

const SMALL_ROWS_MAX = 3;
/** Requests from here on are over {@link JOB_LIMITS.inlineMaxBytes}, and so are their responses. */
const LARGE_ROWS = { least: 30, most: 60 };
const LARGE_SHARE = 0.04;
const UPLOADED_SHARE = 0.02;

/** The payloads of a run, in the order of their submission. */
export function payloadsOf({ jobs, tenants, heldout, poisonShare }: PayloadOptions, random: Random): Payload[] {
	const poisoned = new Set<number>();
	while (poisoned.size < Math.max(1, Math.round(jobs * poisonShare))) poisoned.add(random.between(0, jobs - 1));
	const rowsOf = (count: number): HeldoutRow[] =>
		Array.from({ length: count }, () => heldout[random.between(0, heldout.length - 1)]).flatMap((row) => row ?? []);
	return Array.from({ length: jobs }, (_, number): Payload => {
		const tenant = random.pick(tenants);
		const isLarge = random.isHit(LARGE_SHARE);
		const isUploaded = random.isHit(UPLOADED_SHARE);
		const count = isLarge ? random.between(LARGE_ROWS.least, LARGE_ROWS.most) : random.between(1, SMALL_ROWS_MAX);
		const rows = rowsOf(count);
		if (!poisoned.has(number))
			return { number, tenant, body: JSON.stringify(requestByValues(rows)), isUploaded, rows, poison: undefined };
		const poison = random.pick(POISON_KINDS);
		return { number, tenant, body: poisonOf(poison, rows), isUploaded: false, rows: undefined, poison };
	});
}

/** A healthy payload of one row. */
export function payloadOf(number: number, tenant: string, heldout: readonly HeldoutRow[]): Payload {
	const rows = heldout.slice(number % heldout.length).slice(0, 1);
	const body = JSON.stringify(requestByValues(rows));
	return { number, tenant, body, isUploaded: false, rows, poison: undefined };
}

function poisonOf(kind: PoisonKind, rows: readonly HeldoutRow[]): string | undefined {
	const { inputs } = requestByValues(rows);
	const changed = (change: object) => JSON.stringify({ inputs: inputs.map((input) => ({ ...input, ...change })) });
	if (kind === "missing") return undefined;
	if (kind === "garbage") return "\u0000\u0001 no JSON at all \ufffd";
	if (kind === "truncated") return JSON.stringify({ inputs }).slice(0, -20);
	if (kind === "otherInput") return changed({ name: "pixels" });
	if (kind === "noNumbers") return changed({ data: rows.flatMap(({ features }) => features.map(() => "dark")) });
	const narrow = rows.map((row) => ({ ...row, features: row.features.slice(1) }));
	return JSON.stringify(requestByValues(narrow));
}
