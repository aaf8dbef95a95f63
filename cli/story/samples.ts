/** The samples that the story serves, one for each way of serving, and how one of them gets from its data to a version. */
import type { RegisterResponse } from "../../charter/messages.ts";
import type { ModelSettings, Settings } from "../../charter/settings.ts";
import type { StackOutputs } from "../platform/outputs.ts";
import type { Steps } from "../steps.ts";
import { registerTrained, type Trained, trainSample } from "./deploy.ts";
import type { Stage } from "./stage.ts";

export const SAMPLES = {
	realtime: "tumour-risk",
	queued: "digit-reader",
	batch: "disease-progress",
} as const satisfies Record<ModelSettings["serve"], string>;

/** Whether the settings have the sample of a way of serving. */
export const isDeclared = ({ models }: Pick<Settings, "models">, serve: ModelSettings["serve"]): boolean =>
	models.some((model) => model.name === SAMPLES[serve] && model.serve === serve);

/** A sample that is trained and registered. */
export interface Served {
	trained: Trained;
	registered: RegisterResponse;
}

/** Trains a sample, and makes the run its model's next version. */
export async function serveSample(stage: Stage, outputs: StackOutputs, sample: string, steps: Steps): Promise<Served> {
	const trained = await steps.run(
		"train",
		(say) => trainSample(stage, sample, say),
		({ manifest, heldout }) => `${sample}: ${headline(manifest.metrics)} on ${heldout.length} held-out rows`,
	);
	const registered = await steps.run(
		"register",
		() => registerTrained(stage, outputs, trained),
		({ model, version, sha256 }) => `${model} version ${version}, SHA-256 ${sha256.slice(0, 12)}…`,
	);
	return { trained, registered };
}

/** The first metric says most: the trainer writes it so. */
export function headline(metrics: Readonly<Record<string, number>>): string {
	const [name = "no metric", value = Number.NaN] = Object.entries(metrics)[0] ?? [];
	return `${name} ${value.toFixed(3)}`;
}
