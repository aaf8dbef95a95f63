/** What the components' tests arrange: parsed settings with one change, and what they read of the registered resources. */
import type * as pulumi from "@pulumi/pulumi";
import { type RealtimeModel, realtimeModels } from "../../charter/derive.ts";
import { type EcsModel, isOnEcs, queuedModels } from "../../charter/queued.ts";
import { parseSettings, type Settings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import type { Registered } from "./pulumi-mocks.ts";
import { rawModel, rawQueuedModel, rawSageMakerModel, rawSettings, WORKER_IMAGE } from "./settings.ts";

/** Settings of the smallest whole stack, parsed. */
export const settingsWith = (change: object = {}): Settings =>
	parseSettings({ ...rawSettings(), ...change }, "Pulumi.test.yaml");

/** The smallest stack's one realtime model. */
export function modelWith(change: object = {}): RealtimeModel {
	const [model] = realtimeModels(settingsWith({ models: [{ ...rawModel(), ...change }] }));
	if (!model) throw new Error("The change makes it no realtime model.");
	return model;
}

/** The smallest stack with a queued model, in a network that is there. */
export const queuedSettingsWith = (change: object = {}): Settings =>
	settingsWith({
		models: [rawModel(), rawQueuedModel()],
		workerImage: WORKER_IMAGE,
		network: { kind: "adopt", vpcId: "vpc-1", subnetIds: ["subnet-1", "subnet-2"] },
		...change,
	});

/** The smallest stack with a model on SageMaker, which needs no network of ours. */
export const sagemakerSettingsWith = (change: object = {}): Settings =>
	settingsWith({ models: [rawModel(), rawSageMakerModel()], ...change });

/** The queued model of that stack, with changes of the model and of its runtime. */
export function ecsModelWith(change: object = {}, runtime: object = {}): EcsModel {
	const raw = rawQueuedModel();
	const models = [{ ...raw, ...change, runtime: { ...raw.runtime, ...runtime } }];
	const [model] = queuedModels(queuedSettingsWith({ models })).filter(isOnEcs);
	if (!model) throw new Error("The change makes it no queued model on ECS.");
	return model;
}

export const TAGS: CostTags = {
	team: "diagnostics",
	model: "tumour-risk",
	feature: "screening",
	environment: "test",
	"cost-center": "cc-1",
};

/** A resource's property that holds JSON, parsed. */
export function jsonOf({ inputs, name }: Registered, property: string): unknown {
	const text = inputs[property];
	if (typeof text !== "string") throw new Error(`${name} has no text in ${property}: ${JSON.stringify(text)}`);
	return JSON.parse(text);
}

/** What a role's policy allows: actions and resources, statement by statement. */
export function grantsIn(policy: Registered): [actions: string[], resources: string[]][] {
	const document = jsonOf(policy, "policy") as {
		Statement: { Effect: string; Action: string[]; Resource: string[] }[];
	};
	return document.Statement.map(({ Effect, Action, Resource }) => {
		if (Effect !== "Allow") throw new Error(`${policy.name} has a statement that is no Allow.`);
		return [Action, Resource];
	});
}

/** The mocks do not hand over options: a transformation that notes them by the resource's name, and by "type::name". */
export function notedOptions() {
	const options = new Map<string, pulumi.CustomResourceOptions>();
	const transformation: pulumi.ResourceTransformation = (args) => {
		for (const key of [args.name, `${args.type}::${args.name}`]) options.set(key, args.opts);
		return undefined;
	};
	return { options, opts: { transformations: [transformation] } };
}

/** Values of a stack file as Pulumi hands them to the program: structured ones as JSON. */
export const asConfig = (settings: Readonly<Record<string, unknown>>): Record<string, string> =>
	Object.fromEntries(
		Object.entries(settings).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
	);
