/**
 * What a pack adds to the real engine's preview of 1,000 resources, over a pack without policies: ours, and Pulumi's own
 * for AWS beside it. The packs take turns in each round, so that a busy machine is busy for all.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locateEngine } from "../../sandbox/engine/engine.ts";
import { openStack } from "../../sandbox/engine/stack.ts";
import { startProvider } from "../../sandbox/provider/server.ts";
import { RESOURCES_PER_SERVICE, registerServices } from "../support/policies-services.ts";
import { type Bench, type LineSpec, MEDIAN, type Measurement, quantile, type Unmeasured } from "./bench.ts";
import { awsGuardPack, emptyPack, OURS } from "./policy-packs.ts";

const ROUNDS = 5;
const RESOURCES = 1_000;

const spec = (pack: string, whose: string): LineSpec => ({
	name: `policies-preview-${pack}`,
	what: `the engine's preview of ${RESOURCES} resources with ${whose} ÷ with an empty pack (baseline in ms), median of ${ROUNDS} interleaved`,
	unit: "ratio",
	goal: 1.1,
});
const ours = spec("overhead", "our pack");
const theirs = spec("awsguard", "@pulumi/awsguard");

export const previewOverhead: Bench = {
	lines: [ours, theirs],
	measure: async (progress) => {
		const guard = await awsGuardPack();
		const packs: Record<string, string> = { empty: emptyPack(), [ours.name]: OURS };
		let missing: Unmeasured | undefined = typeof guard === "string" ? undefined : guard;
		if (typeof guard === "string") packs[theirs.name] = guard;
		// No request is made in a preview, so no AWS need be there.
		const provider = await startProvider({ endpoint: "http://127.0.0.1:9", region: "us-east-1" });
		try {
			const times: Record<string, number[]> = {};
			for (let round = -1; round < ROUNDS; round++)
				for (const [name, pack] of Object.entries(packs)) {
					progress(`policies-preview: round ${round + 1} of ${ROUNDS}, ${name}`);
					try {
						// The first round warms what later ones find in memory.
						const ms = await previewMs(pack, provider.port);
						if (round >= 0) times[name] = [...(times[name] ?? []), ms];
					} catch (error) {
						if (name !== theirs.name) throw error;
						missing = { why: `@pulumi/awsguard does not run here (${String(error).replace(/\s+/g, " ")})` };
						delete packs[theirs.name];
					}
				}
			const baseline = quantile(times.empty ?? [], MEDIAN);
			const over = (name: string): Measurement => ({ value: quantile(times[name] ?? [], MEDIAN) / baseline, baseline });
			return { [ours.name]: over(ours.name), [theirs.name]: missing ?? over(theirs.name) };
		} finally {
			await provider.stop();
		}
	},
};

async function previewMs(policyPack: string, providerPort: number): Promise<number> {
	const runDir = mkdtempSync(join(tmpdir(), "triplane-bench-"));
	try {
		const stack = await openStack({
			engine: locateEngine(),
			runDir,
			providerPort,
			program: async () => registerServices(Math.round(RESOURCES / RESOURCES_PER_SERVICE)),
			project: "bench",
			stack: "bench",
			config: { "aws:region": "us-east-1" },
			policyPack,
		});
		const { resources, diagnostics, durationSeconds } = await stack.preview();
		if (resources < RESOURCES) throw new Error(`Only ${resources} resources were planned: ${diagnostics.join("; ")}`);
		return durationSeconds * 1000;
	} finally {
		rmSync(runDir, { recursive: true, force: true });
	}
}
