/** `triplane models show MODEL [VERSION]`: a model's history for people: what it is made of, how it was judged, what became of it. */
import type { EvaluationRecord } from "../../../charter/pipeline.ts";
import type { VersionRecord } from "../../../charter/registry.ts";
import { assertDeclared, reading } from "../../platform/reading.ts";
import { findTarget } from "../../platform/stack.ts";
import { historyOf, type ModelHistory, type RolloutHistory } from "./history.ts";
import { withoutKeys } from "./json.ts";
import { figure, folded, NONE, rolloutWords, routeWords, tableOf, timeOf } from "./words.ts";

const SHORT_HASH = 12;
const WHY_WIDTH = 34;

export async function modelsShow(
	checkout: string,
	model: string,
	version: number | undefined,
	options: { outputs?: string; json?: boolean },
): Promise<number> {
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	assertDeclared(outputs, model);
	const history = await reading(aws, outputs, (registry) => historyOf(registry, model, version));
	console.log(options.json ? JSON.stringify(jsonOf(history)) : wordsOf(history, version));
	return 0;
}

/** @param only the version that was asked for: it is shown whole, with its signature */
export function wordsOf({ model, aliases, route, versions, rollouts }: ModelHistory, only?: number): string {
	const names = Object.entries(aliases).map(([alias, version]) => `${alias} v${version}`);
	const lines = [`${model}: ${routeWords(route)}${names.length > 0 ? ` (${names.join(", ")})` : ""}`];
	if (versions.length === 0)
		lines.push(`No version is registered. \`triplane train ${model}\` makes one, \`triplane register\` takes one.`);
	else if (only === undefined) lines.push("", versionTable(versions.map(({ version }) => version)));
	for (const { version, evaluation } of versions) {
		if (only !== undefined) lines.push("", ...versionLines(version));
		if (evaluation) lines.push("", ...evaluationLines(evaluation));
	}
	for (const history of rollouts) lines.push("", ...rolloutLines(history));
	return lines.join("\n");
}

function versionTable(versions: readonly VersionRecord[]): string {
	const table = tableOf(["version", "registered", "parent", "metrics", "SHA-256"], [null, 12, null, 44, null]);
	for (const { version, registeredAt, parent, metrics, sha256 } of versions)
		table.push([
			`v${version}`,
			timeOf(registeredAt),
			parent === undefined ? NONE : `v${parent}`,
			Object.entries(metrics)
				.map(([name, value]) => `${name} ${figure(value)}`)
				.join("  "),
			sha256.slice(0, SHORT_HASH),
		]);
	return table.toString();
}

/** Every line of a version's own record. */
function versionLines(record: VersionRecord): string[] {
	const { version, registeredAt, parent, run, sha256, bytes, artifactKey, signature, metrics, lineage } = record;
	const tensors = (specs: VersionRecord["signature"]["inputs"]) =>
		specs.map(({ name, datatype, shape }) => `${name} ${datatype} [${shape.join(", ")}]`).join("; ");
	const facts: [string, string][] = [
		["registered", `${timeOf(registeredAt)}${parent === undefined ? "" : `, when v${parent} was the champion`}`],
		...(run === undefined ? [] : [["run", run] as [string, string]]),
		["artifact", `${artifactKey}, ${bytes} bytes`],
		["sha256", sha256],
		["inputs", tensors(signature.inputs)],
		["outputs", tensors(signature.outputs)],
		...Object.entries(metrics).map(([name, value]): [string, string] => [name, figure(value)]),
		...Object.entries(lineage).map(([name, value]): [string, string] => [name, String(value)]),
	];
	return [`Version ${version}`, ...facts.map(([name, value]) => `  ${name.padEnd(14)} ${value}`)];
}

/** How a run was judged: why it was refused or what there is to know, and the table. */
export function evaluationLines(evaluation: EvaluationRecord): string[] {
	const { run, isAccepted, championVersion, lines, faults, notes } = evaluation;
	const against = championVersion === undefined ? "" : `, beside v${championVersion}`;
	const table = tableOf(
		["slice", "rows", "metric", "value", "champion", "floor", "why not"],
		[null, null, null, null, null, null, lines.some(({ isMet }) => !isMet) ? WHY_WIDTH : null],
	);
	for (const { slice, rows, metric, value, champion, floor, isMet, why } of lines)
		table.push([slice, rows, metric, figure(value), figure(champion), figure(floor), isMet ? "" : (why ?? "not met")]);
	const verdict = isAccepted ? "accepted" : "refused";
	return [
		`Evaluation of run ${run}${against}: ${verdict}`,
		...faults,
		...notes,
		...(lines.length > 0 ? [table.toString()] : []),
	];
}

function rolloutLines({ rollout, judgements }: RolloutHistory): string[] {
	const { rollout: number, startedAtMs, endedAtMs, reason } = rollout;
	const times = [startedAtMs, ...(endedAtMs === undefined ? [] : [endedAtMs])].map(timeOf).join(" to ");
	const isToldBelow = judgements.at(-1)?.sentence === reason;
	return [
		`Rollout ${number}: ${rolloutWords(rollout)}, ${times}`,
		...(reason === undefined || isToldBelow ? [] : folded(reason, "  ")),
		...judgements.flatMap(({ atMs, weight, verdict, sentence }) =>
			folded(sentence, `  ${timeOf(atMs).slice(11)} ${`${weight} %`.padStart(5)} ${verdict.padEnd(8)} `),
		),
	];
}

const jsonOf = ({ model, aliases, route, versions, rollouts }: ModelHistory) => ({
	model,
	aliases,
	route: route ? withoutKeys(route) : null,
	versions: versions.map(({ version, evaluation }) => ({
		...withoutKeys(version),
		evaluation: evaluation ? withoutKeys(evaluation) : null,
	})),
	rollouts: rollouts.map(({ rollout, judgements }) => ({
		...withoutKeys(rollout),
		judgements: judgements.map(withoutKeys),
	})),
});
