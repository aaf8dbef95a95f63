/**
 * A Pulumi program in a file, as a function that runs it anew each time, in this process and without a language host.
 * The file stays an ordinary program: its exports are the stack's outputs, or its default export is or makes them.
 */
import { pathToFileURL } from "node:url";
import type { PulumiFn } from "@pulumi/pulumi/automation/index.js";

export type { PulumiFn };

let runs = 0;

/** @param path of the program's entry, as in "index.ts" */
export function programOf(path: string): PulumiFn {
	return async () => {
		// A module runs once per address, so every run gets an address of its own.
		const url = pathToFileURL(path);
		url.searchParams.set("run", String(++runs));
		const exported: Record<string, unknown> = await import(url.href);
		if (!("default" in exported)) return { ...exported };
		const outputs: unknown = typeof exported.default === "function" ? await exported.default() : exported.default;
		return isRecord(outputs) ? outputs : {};
	};
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}
