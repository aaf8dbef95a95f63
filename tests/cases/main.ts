/**
 * `npm run --silent cases -- DIR`: the pack on every `cases-*.json` of a folder. Prints a table by rule, the cases that
 * it judges otherwise than their label, those left out with the reason, and as its last line the figures as JSON.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Table from "cli-table3";
import { judgeOf, type LabelledCase, precisionOf, recallOf, type ScoredCase, scoreCase, scoreOf } from "./score.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
	console.error("Name the folder with the labelled cases: npm run --silent cases -- DIR");
	process.exit(2);
}
const files = readdirSync(folder).filter((file) => /^cases-.*\.json$/.test(file));
if (files.length === 0) {
	console.error(`${folder} holds no cases-*.json: name the folder with the labelled cases.`);
	process.exit(2);
}
const cases = files.flatMap((file): LabelledCase[] => JSON.parse(readFileSync(join(folder, file), "utf8")));
const byRule = new Map([...Map.groupBy(cases, ({ rule }) => rule)].sort(([a], [b]) => a.localeCompare(b)));

const scoredByRule = new Map<string, ScoredCase[]>();
const leftOut = new Map<string, string>();
for (const [rule, labelled] of byRule) {
	const judge = judgeOf(rule);
	if ("leftOut" in judge) leftOut.set(rule, judge.leftOut);
	else
		scoredByRule.set(
			rule,
			labelled.map((each) => scoreCase(each, judge)),
		);
}

const percent = (share: number): string => share.toFixed(3);
const table = new Table({
	head: ["rule", "cases", "uncontested", "precision", "recall", "opposite at preview", "crashes"],
	style: { head: [], border: [] },
});
const scores = [...scoredByRule].map(([rule, scored]) => ({ rule, score: scoreOf(scored) }));
for (const { rule, score } of scores)
	table.push([
		rule,
		score.cases,
		score.uncontested,
		percent(precisionOf(score)),
		percent(recallOf(score)),
		score.previewOpposite,
		score.crashes,
	]);
console.log(table.toString());

for (const [rule, scored] of scoredByRule)
	for (const { labelled, raw, checked, preview } of scored) {
		const isExact = raw === labelled.expect && (checked === labelled.expect || labelled.explicit_default);
		const isHonest = preview === labelled.expect || preview === "cannot tell";
		if (isExact && isHonest) continue;
		const why = labelled.contested ? ` (contested: ${labelled.contested})` : "";
		console.log(
			`${labelled.id} ${rule}: labelled ${labelled.expect}, raw ${raw}, checked ${checked}, preview ${preview}${why}`,
		);
	}
for (const [rule, reason] of leftOut) console.log(`left out: ${rule} (${byRule.get(rule)?.length} cases): ${reason}`);

const total = scoreOf([...scoredByRule.values()].flat());
console.log(
	JSON.stringify({
		cases: total.cases,
		uncontested: total.uncontested,
		precision: precisionOf(total),
		recall: recallOf(total),
		previewOpposite: total.previewOpposite,
		crashes: total.crashes,
		leftOut: Object.fromEntries(leftOut),
		byRule: Object.fromEntries(
			scores.map(({ rule, score }) => [rule, { ...score, precision: precisionOf(score), recall: recallOf(score) }]),
		),
	}),
);
