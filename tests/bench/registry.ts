/** All benches. A new one is a file `<name>.bench.ts` beside this one that exports a Bench, and a line here. */
import type { Bench } from "./bench.ts";
import { judging } from "./policies-judging.bench.ts";
import { loadTime } from "./policies-load-time.bench.ts";
import { previewOverhead } from "./policies-preview-overhead.bench.ts";
import { coldImport } from "./predict-cold-import.bench.ts";
import { warmOverhead } from "./predict-warm-overhead.bench.ts";
import { rollouts } from "./rollout-simulation.bench.ts";
import { submitLatency } from "./submit-latency.bench.ts";
import { microBatching } from "./worker-micro-batching.bench.ts";
import { onEmulator } from "./worker-on-emulator.bench.ts";

export const BENCHES: readonly Bench[] = [
	coldImport,
	warmOverhead,
	submitLatency,
	rollouts,
	judging,
	loadTime,
	previewOverhead,
	microBatching,
	onEmulator,
];
