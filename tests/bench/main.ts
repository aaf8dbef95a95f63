/** `npm run bench`: measures, prints a table or one JSON object a line, and always ends well unless a measurement failed. */
import { parseArgs } from "node:util";
import { type Bench, goalOf, type Line, lineOf, tableOf } from "./bench.ts";
import { BENCHES } from "./registry.ts";

const HELP = `Usage: npm run bench
       npm run --silent bench -- --json [NAME…]

Measures against baselines in the same run. Gates nothing: a missed goal is shown, not failed.

  --json      one JSON object a line: {name, value, unit, baseline, goal, ok}
  --help      this help
  NAME        measure and print these lines only

Lines:
${BENCHES.flatMap(({ lines }) => lines)
	.map((line) => `  ${line.name}\n      ${line.what}. In ${line.unit}; goal: ${goalOf(line)}.`)
	.join("\n")}
`;

const USAGE_ERROR = 2;

/** Lines over each other on a terminal, nothing where nobody watches. */
const progress = (text: string): void => {
	if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};

async function measure(bench: Bench, wanted: (name: string) => boolean, show: (text: string) => void): Promise<Line[]> {
	const specs = bench.lines.filter(({ name }) => wanted(name));
	if (specs.length === 0) return [];
	const measured = await bench.measure(progress, show);
	progress("");
	return specs.map((spec) => lineOf(spec, measured));
}

async function main(args: string[]): Promise<number> {
	const { values, positionals } = parseArgs({
		args,
		options: { json: { type: "boolean" }, help: { type: "boolean" } },
		allowPositionals: true,
	});
	if (values.help) {
		process.stdout.write(HELP);
		return 0;
	}
	const names = BENCHES.flatMap(({ lines }) => lines.map(({ name }) => name));
	const unknown = positionals.find((name) => !names.includes(name));
	if (unknown !== undefined) {
		process.stderr.write(`There is no bench "${unknown}". The benches are ${names.join(", ")}.\n`);
		return USAGE_ERROR;
	}
	const all: Line[] = [];
	const show = (text: string) => {
		if (!values.json) process.stdout.write(`${text}\n`);
	};
	for (const bench of BENCHES) {
		const lines = await measure(bench, (name) => positionals.length === 0 || positionals.includes(name), show);
		if (values.json) for (const line of lines) process.stdout.write(`${JSON.stringify(line)}\n`);
		all.push(...lines);
	}
	if (!values.json) process.stdout.write(`${tableOf(all)}\n`);
	return 0;
}

try {
	process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
	process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
	process.exitCode = thrown instanceof TypeError ? USAGE_ERROR : 1;
}
