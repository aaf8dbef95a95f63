/**
 * A small program of components alone, which needs no provider. Its setting `thing` says how it behaves. Not a test.
 */
import * as pulumi from "@pulumi/pulumi";
import { SettingsError } from "../../../charter/errors.ts";

interface ThingSettings {
	size: number;
	/** Names of parts: one component each. */
	parts: string[];
	failure?: "settings" | "plain" | "late";
	/** Time for which the program does not end. */
	holdSeconds?: number;
}

class Thing extends pulumi.ComponentResource {
	constructor(name: string, args: { size: number }, options?: pulumi.ComponentResourceOptions) {
		super("test:engine:Thing", name, args, options);
		this.registerOutputs(args);
	}
}

const thing = new pulumi.Config("triplane").requireObject<ThingSettings>("thing");
if (thing.failure === "settings") throw new SettingsError("The size is wrong. Choose another.");
if (thing.failure === "plain") throw new Error("the program broke");

const whole = new Thing("whole", { size: thing.size });
for (const part of thing.parts) new Thing(part, { size: 1 }, { parent: whole });
if (thing.holdSeconds) await new Promise((resolve) => setTimeout(resolve, (thing.holdSeconds ?? 0) * 1000));

export const urn = whole.urn;
export const size = whole.urn.apply(() => {
	if (thing.failure === "late") throw new Error("an output broke");
	return thing.size;
});
export const parts = thing.parts;
