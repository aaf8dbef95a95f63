/** What the components' tests arrange: parsed settings with one change, and what they read of the registered resources. */
import type * as pulumi from "@pulumi/pulumi";
import { type RealtimeModel, realtimeModels } from "../../charter/derive.ts";
import { parseSettings, type Settings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import type { Registered } from "./pulumi-mocks.ts";
import { rawModel, rawSettings } from "./settings.ts";

/** Settings of the smallest whole stack, parsed. */
export const settingsWith = (change: object = {}): Settings =>
	parseSettings({ ...rawSettings(), ...change }, "Pulumi.test.yaml");

/** The smallest stack's one realtime model. */
export function modelWith(change: object = {}): RealtimeModel {
	const [model] = realtimeModels(settingsWith({ models: [{ ...rawModel(), ...change }] }));
	if (!model) throw new Error("The change makes it no realtime model.");
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

/** The mocks do not hand over options: a transformation that notes them by the resource's name. */
export function notedOptions() {
	const options = new Map<string, pulumi.CustomResourceOptions>();
	const transformation: pulumi.ResourceTransformation = (args) => {
		options.set(args.name, args.opts);
		return undefined;
	};
	return { options, opts: { transformations: [transformation] } };
}

/** Values of a stack file as Pulumi hands them to the program: structured ones as JSON. */
export const asConfig = (settings: Readonly<Record<string, unknown>>): Record<string, string> =>
	Object.fromEntries(
		Object.entries(settings).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
	);
