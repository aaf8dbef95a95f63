/** Programs whose every value is not known before the update: what a rule that reads carelessly passes in silence. */
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output.js";
import type { Program } from "./policies-programs.ts";

/** The program with each value that it states, at any depth, known only after the update; references stay references. */
export const withoutValues =
	(program: Program): Program =>
	() => {
		pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
			type.startsWith("aws:") ? { props: Object(veiled(props)), opts } : undefined,
		);
		return program();
	};

function veiled(value: unknown): unknown {
	if (value === undefined || value === null) return value;
	if (Array.isArray(value)) return value.map(veiled);
	if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype)
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, veiled(item)]));
	// Assets and archives say nothing that a rule reads, and the engine wants them known.
	if (pulumi.asset.Asset.isInstance(value) || pulumi.asset.Archive.isInstance(value)) return value;
	return pulumi.output([value, unknown]).apply(([known]) => known);
}
