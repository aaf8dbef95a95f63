/** How long the pack takes to load in a fresh process, up to the port that it serves on, beside a pack without policies. */
import { spawn } from "node:child_process";
import { type Bench, MEDIAN, quantile } from "./bench.ts";
import { emptyPack, OURS } from "./policy-packs.ts";

const ROUNDS = 9;
const NAME = "policies-load-time";
const MAIN = { ours: "main.cjs", empty: "index.cjs" } as const;

export const loadTime: Bench = {
	lines: [
		{
			name: NAME,
			what: "loading the pack in a fresh process, less loading an empty pack (the baseline)",
			unit: "ms",
			goal: 700,
		},
	],
	measure: async (progress) => {
		const empty = emptyPack();
		const times: { ours: number[]; empty: number[] } = { ours: [], empty: [] };
		// The first round may build the bundle.
		for (let round = -1; round < ROUNDS; round++) {
			progress(`${NAME}: round ${round + 1} of ${ROUNDS}`);
			const each = { empty: await loadMs(empty, MAIN.empty), ours: await loadMs(OURS, MAIN.ours) };
			if (round < 0) continue;
			times.empty.push(each.empty);
			times.ours.push(each.ours);
		}
		const baseline = quantile(times.empty, MEDIAN);
		return { [NAME]: { value: quantile(times.ours, MEDIAN) - baseline, baseline } };
	},
};

function loadMs(folder: string, main: string): Promise<number> {
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	const startedAtMs = performance.now();
	const pack = spawn(process.execPath, ["-e", `require("./${main}")`], {
		cwd: folder,
		stdio: ["ignore", "pipe", "inherit"],
	});
	pack.once("error", reject);
	pack.once("exit", (code) => reject(new Error(`The pack in ${folder} ended with ${code} before it served.`)));
	pack.stdout.once("data", () => {
		const ms = performance.now() - startedAtMs;
		pack.kill();
		resolve(ms);
	});
	return promise;
}
