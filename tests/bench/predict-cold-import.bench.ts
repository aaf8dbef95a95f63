/**
 * What a cold start of predict pays for our code: bundle size, and import time in fresh processes, against the AWS clients alone.
 * The ONNX library is apart in both (an empty package in its place), and so are the start's own reads (no region is set).
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { bundle, bundleFunction } from "../../components/parts/bundle.ts";
import { predictEnvironment } from "../support/functions-predict.ts";
import { type Bench, MEDIAN, quantile } from "./bench.ts";

const ROUNDS = 15;
const BYTES_PER_KB = 1000;
const IMPORT = "predict-cold-import";
const SIZE = "predict-bundle-gzip";

const run = promisify(execFile);
const script = (file: string): string => `
	const startedAtMs = performance.now();
	await import(${JSON.stringify(pathToFileURL(file).href)});
	process.stderr.write(String(performance.now() - startedAtMs));
	process.exit();`;

/** As deployed, with a collector that is not there: importing sends nothing. */
const environment = { ...predictEnvironment, [ENVIRONMENT.otlpEndpoint]: "http://127.0.0.1:9" };

async function importMs(file: string): Promise<number> {
	const args = ["--input-type=module", "--eval", script(file)];
	const { stderr } = await run(process.execPath, args, { env: environment });
	const ms = Number(stderr);
	if (!(ms > 0)) throw new Error(`The import of ${file} failed: ${stderr}`);
	return ms;
}

export const coldImport: Bench = {
	lines: [
		{
			name: IMPORT,
			what: "import of predict's bundle in a fresh process ÷ import of a handler with the same AWS clients and nothing else (baseline in ms); the ONNX library apart",
			unit: "ratio",
			goal: 1.5,
		},
		{
			name: SIZE,
			what: "predict's bundle gzipped, all of it (baseline: the AWS clients alone)",
			unit: "kB",
			goal: 330,
		},
	],
	measure: async (progress) => {
		const folder = mkdtempSync(join(tmpdir(), "triplane-bench-"));
		try {
			const library = join(folder, "node_modules/onnxruntime-node");
			mkdirSync(library, { recursive: true });
			writeFileSync(join(library, "index.js"), "");
			const ours = readFileSync(join(bundleFunction("predict"), "index.mjs"));
			const theirs = bundle(join(import.meta.dirname, "baseline-handler.ts"));
			const [oursFile, theirsFile] = [join(folder, "predict.mjs"), join(folder, "baseline.mjs")];
			writeFileSync(oursFile, ours);
			writeFileSync(theirsFile, theirs);
			const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
			for (let round = 0; round < ROUNDS; round++) {
				progress(`${IMPORT}: round ${round + 1} of ${ROUNDS}`);
				times.theirs.push(await importMs(theirsFile));
				times.ours.push(await importMs(oursFile));
			}
			const baselineMs = quantile(times.theirs, MEDIAN);
			return {
				[IMPORT]: { value: quantile(times.ours, MEDIAN) / baselineMs, baseline: baselineMs },
				[SIZE]: { value: gzippedKb(ours), baseline: gzippedKb(theirs) },
			};
		} finally {
			rmSync(folder, { recursive: true });
		}
	},
};

const gzippedKb = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length / BYTES_PER_KB;
