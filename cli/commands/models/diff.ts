/** `triplane models diff MODEL V1 V2`: two versions side by side: content, metrics, slices, signature, lineage. */
import type { VersionRecord } from "../../../charter/registry.ts";
import { assertDeclared, reading } from "../../platform/reading.ts";
import { findTarget } from "../../platform/stack.ts";
import { type VersionHistory, withEvaluation } from "./history.ts";
import { figure, NONE, tableOf } from "./words.ts";

/** One line of the comparison; a side is undefined where that version has no such thing. */
export interface Difference {
	of: "content" | "metric" | "slice" | "signature" | "lineage";
	name: string;
	left: string | number | undefined;
	right: string | number | undefined;
	isSame: boolean;
}

/** Of a hundred columns in all: a SHA-256 is folded. */
const WIDTHS = [11, 20, 32, 32];

export async function modelsDiff(
	checkout: string,
	model: string,
	versions: readonly [number, number],
	options: { outputs?: string; json?: boolean },
): Promise<number> {
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	assertDeclared(outputs, model);
	const [left, right] = await reading(aws, outputs, async (registry) => {
		const read = async (version: number) => withEvaluation(registry, await registry.version(model, version));
		return Promise.all([read(versions[0]), read(versions[1])]);
	});
	const differences = differencesOf(left, right);
	const isSameContent = left.version.sha256 === right.version.sha256;
	if (options.json) console.log(JSON.stringify({ model, versions, isSameContent, differences }));
	else console.log(wordsOf(model, versions, isSameContent, differences));
	return 0;
}

/** Everything that either version has, in the order of the left one; what only the right one has comes last. */
export function differencesOf(left: VersionHistory, right: VersionHistory): Difference[] {
	const pairs = (of: Difference["of"], ...sides: [Values, Values]): Difference[] =>
		[...new Set(sides.flatMap((side) => Object.keys(side)))].map((name) => {
			const [a, b] = sides.map((side) => side[name]);
			return { of, name, left: a, right: b, isSame: a === b };
		});
	const [a, b] = [left.version, right.version];
	return [
		...pairs("content", contentOf(a), contentOf(b)),
		...pairs("metric", a.metrics, b.metrics),
		...pairs("slice", slicesOf(left), slicesOf(right)),
		...pairs("signature", signatureOf(a), signatureOf(b)),
		...pairs("lineage", lineageOf(a), lineageOf(b)),
	];
}

type Values = Readonly<Record<string, string | number | undefined>>;

const contentOf = ({ sha256, bytes }: VersionRecord): Values => ({ sha256, bytes });
const lineageOf = ({ lineage, run, parent }: VersionRecord): Values => ({ ...lineage, run, parent });

const ALL_ROWS = "all";
const slicesOf = ({ evaluation }: VersionHistory): Values =>
	Object.fromEntries(
		(evaluation?.lines ?? [])
			.filter(({ slice }) => slice !== ALL_ROWS)
			.map(({ slice, metric, value }) => [`${slice} ${metric}`, value]),
	);

function signatureOf({ signature: { inputs, outputs, features } }: VersionRecord): Values {
	const tensors = (kind: string, specs: VersionRecord["signature"]["inputs"]) =>
		specs.map(({ name, datatype, shape }) => [`${kind} ${name}`, `${datatype} [${shape.join(", ")}]`]);
	return Object.fromEntries([
		...tensors("input", inputs),
		...tensors("output", outputs),
		...(features ? [["features", `${features.entityInput}: ${features.columns.join(", ")}`]] : []),
	]);
}

/** What is the same in both is told in a word: it is the difference that one looks for. */
export function wordsOf(
	model: string,
	[left, right]: readonly [number, number],
	isSameContent: boolean,
	differences: readonly Difference[],
): string {
	const table = tableOf(["", "", `v${left}`, `v${right}`], WIDTHS);
	const cell = (value: Difference["left"]) =>
		typeof value === "number" ? figure(value) : broken(value ?? NONE, (WIDTHS[2] ?? 0) - 2);
	for (const { of, name, left, right, isSame } of differences)
		table.push([of, name, cell(isSame ? shortened(left) : left), isSame ? "the same" : cell(right)]);
	return `${model} v${left} and v${right} have ${isSameContent ? "the same content" : "different contents"}.\n${table}`;
}

const SHOWN_OF_THE_SAME = 60;
const shortened = (value: Difference["left"]): Difference["left"] =>
	typeof value === "string" && value.length > SHOWN_OF_THE_SAME ? `${value.slice(0, SHOWN_OF_THE_SAME - 1)}…` : value;

/** Hashes and image names have no blanks where the table could fold them. */
const broken = (text: string, width: number): string =>
	text
		.split(" ")
		.flatMap((word) => word.match(new RegExp(`.{1,${width}}`, "g")) ?? [word])
		.join(" ");
