/** The parts of the story that make a platform of the stage: the stack with the pack in force, a served model, tokens. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { TriplaneError } from "../../charter/errors.ts";
import type { RegisterResponse, TrainingManifest } from "../../charter/messages.ts";
import { type PulumiFn, programOf } from "../../sandbox/engine/program.ts";
import { type OpenStack, type OperationResult, openStack, type ProgressEvent } from "../../sandbox/engine/stack.ts";
import { writeFeatures } from "../platform/features.ts";
import { type HeldoutRow, readHeldout } from "../platform/heldout.ts";
import { parseOutputs, type StackOutputs } from "../platform/outputs.ts";
import { registerRun } from "../platform/registration.ts";
import type { Say } from "../steps.ts";
import { STACK, type Stage } from "./stage.ts";
import { train } from "./train.ts";

/** The pack that is in force, relative to the checkout. */
export const PACK = "policies";

/** Opens the stack of a project on the stage, with the pack in force. */
export const openOn = (stage: Stage, project: string, program: PulumiFn): Promise<OpenStack> =>
	openStack({
		engine: stage.engine,
		warden: stage.warden,
		runDir: join(stage.run.directory, project),
		providerPort: stage.cloud.providerPort,
		program,
		project,
		stack: STACK,
		config: stage.config,
		policyPack: join(stage.checkout, PACK),
	});

/** A program of the checkout. @param path relative to it */
export const programIn = (stage: Stage, path: string): PulumiFn => programOf(join(stage.checkout, path));

/** Tells how far an operation is. */
export function counting(say: Say): (event: ProgressEvent) => void {
	let done = 0;
	return (event) => {
		if (event.kind === "resource" && event.state === "done") say(`${++done} resources, now ${event.name}`);
	};
}

export interface Deployed {
	result: OperationResult;
	outputs: StackOutputs;
}

/** @throws {TriplaneError} with every mandatory violation, where the pack rejects the stack */
export async function deploy(stack: OpenStack, say: Say): Promise<Deployed> {
	const result = await stack.up({ onProgress: counting(say) });
	if (result.ok) return { result, outputs: parseOutputs(result.outputs) };
	const words = result.violations.map(({ policy, message }) => `  ${policy}: ${message}`);
	throw new TriplaneError(`The pack rejects this stack:\n${words.join("\n")}`);
}

export interface Trained {
	manifest: TrainingManifest;
	heldout: HeldoutRow[];
}

/** Trains a sample model with the sample trainer, on this machine. */
export async function trainSample(stage: Stage, model: string, say: Say): Promise<Trained & { folder: string }> {
	const folder = join(stage.run.directory, "training", model);
	const manifest = await train(stage.python, join(stage.checkout, "samples", "train.py"), model, folder, say);
	return { manifest, folder, heldout: await readHeldout(join(folder, "heldout.json")) };
}

/** Registers a training run, and writes the held-out entities' features. */
export async function registerTrained(
	stage: Stage,
	outputs: StackOutputs,
	trained: Trained & { folder: string },
): Promise<RegisterResponse> {
	await writeHeldoutFeatures(stage, outputs, trained);
	return registerRun(stage.aws, outputs, { model: trained.manifest.model, run: randomUUID() }, trained.folder);
}

/** Puts the held-out entities' features where the functions read them. */
export async function writeHeldoutFeatures(stage: Stage, outputs: StackOutputs, trained: Trained): Promise<void> {
	const { model, signature } = trained.manifest;
	const columns = signature.features?.columns ?? [];
	const entities = trained.heldout.map(({ id, features }) => {
		const values = Object.fromEntries(columns.map((column, i) => [column, features[i] ?? Number.NaN]));
		return [id, values] as const;
	});
	await writeFeatures(stage.aws, outputs.featureTable, model, new Map(entities));
}
