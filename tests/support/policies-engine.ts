/**
 * Previews of many programs in the real engine under the pack: one provider and one stack, whose program is changed between
 * previews. Nothing is deployed, so no AWS is needed, embedded or other.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locateEngine } from "../../sandbox/engine/engine.ts";
import { partsOf } from "../../sandbox/engine/results.ts";
import { type OpenStack, type OperationResult, openStack } from "../../sandbox/engine/stack.ts";
import { type Provider, startProvider } from "../../sandbox/provider/server.ts";
import type { Program } from "./policies-programs.ts";

const PACK = join(import.meta.dirname, "../../policies");
/** A port that nothing listens on: a preview that asked AWS would fail. */
const NOWHERE = "http://127.0.0.1:9";

export interface Previews extends AsyncDisposable {
	/** Previews a program from nothing. */
	of(program: Program): Promise<OperationResult>;
	/**
	 * Deploys a program of types that the provider only records, and takes it down again.
	 * @returns the inputs of its resources as the state kept them, by name
	 */
	deployed(program: Program): Promise<Map<string, Record<string, unknown>>>;
}

/**
 * @param policyPackConfig by policy name
 * @param policyPack directory of the pack
 */
export async function openPreviews(
	policyPackConfig: Record<string, unknown> = {},
	policyPack: string = PACK,
): Promise<Previews> {
	const runDir = await mkdtemp(join(tmpdir(), "triplane-previews-"));
	const provider: Provider = await startProvider({ endpoint: NOWHERE, region: "us-east-1" });
	let current: Program = () => undefined;
	const stack: OpenStack = await openStack({
		engine: locateEngine(),
		runDir,
		program: async () => {
			const outputs = await current();
			return typeof outputs === "object" && outputs !== null ? { ...outputs } : {};
		},
		project: "programs",
		stack: "test",
		config: { "aws:region": "us-east-1" },
		providerPort: provider.port,
		policyPack,
		policyPackConfig,
	});
	return {
		of: (program) => {
			current = program;
			return stack.preview();
		},
		async deployed(program) {
			current = program;
			await stack.up();
			const { deployment } = await stack.exportState();
			await stack.destroy();
			return new Map(
				deployment.resources.map(({ urn, inputs }: { urn: string; inputs?: Record<string, unknown> }) => [
					partsOf(urn).name,
					inputs ?? {},
				]),
			);
		},
		async [Symbol.asyncDispose]() {
			await provider.stop();
			await rm(runDir, { recursive: true, force: true });
		},
	};
}
