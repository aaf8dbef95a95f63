/** How slow the trainer has to be told to make a version, for it to be slow by so much on the machine that the tests run on. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { readHeldout } from "./heldout.ts";
import { train } from "./trainer.ts";

/** What the trainer is asked for, to see how long it takes here. */
const PROBE_MS = 50;
const TRIES = 20;
const ONE_THREAD = { intraOpNumThreads: 1, interOpNumThreads: 1 };

/** Milliseconds that one row takes on one thread, at best of many tries: what else the machine does then is not the model's. */
export async function rowMs(run: string): Promise<number> {
	const session = await InferenceSession.create(join(run, "model.onnx"), ONE_THREAD);
	const features = readHeldout(run).rows[0]?.features ?? [];
	const row = new Tensor("float32", Float32Array.from(features), [1, features.length]);
	let bestMs = Number.POSITIVE_INFINITY;
	for (let i = 0; i < TRIES; i++) {
		const startedMs = performance.now();
		await session.run({ features: row });
		bestMs = Math.min(bestMs, performance.now() - startedMs);
	}
	return bestMs;
}

/**
 * @param ms how long a request should keep a processor busy
 * @returns what to give as `--slow-ms`
 */
export async function slowMs(ms: number, model: string): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), "triplane-slow-"));
	try {
		const run = join(folder, "run");
		const probe = ["--defect", "slow", "--slow-ms", String(PROBE_MS)];
		const { status, stderr } = train("--model", model, ...probe, "--output", run);
		if (status !== 0) throw new Error(stderr);
		return String(Math.ceil((PROBE_MS * ms) / (await rowMs(run))));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
