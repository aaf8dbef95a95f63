/**
 * A Pulumi stack driven by the real engine, with the program in this process and CrossGuard in force.
 * A rejection by policy is an answer; every other failure is an error that carries what the engine said.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandError, type Deployment, type EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { TriplaneError } from "../../charter/errors.ts";
import type { Warden } from "../processes/warden.ts";
import { gather, type OperationResult, type ProgressEvent, remaining } from "./results.ts";
import { openWorkspace, type WorkspaceOptions } from "./workspace.ts";

export type { OperationResult, ProgressEvent } from "./results.ts";

/** The engine failed for another reason than a policy; {@link diagnostics} are its own words. */
export class EngineError extends TriplaneError {
	override readonly name = "EngineError";
	readonly diagnostics: readonly string[];

	constructor(message: string, diagnostics: readonly string[], options?: ErrorOptions) {
		super(message, options);
		this.diagnostics = diagnostics;
	}
}

export interface StackOptions extends WorkspaceOptions {
	/** Directory of a policy pack that is in force. @default none */
	policyPack?: string;
	/** The pack's config by policy name, as in `{ all: "mandatory" }`. */
	policyPackConfig?: Record<string, unknown>;
	/** Ends the engine when this process is gone. @default nobody does */
	warden?: Warden;
}

interface OperationOptions {
	onProgress?: (event: ProgressEvent) => void;
	/** Asks the engine to stop after the steps that it is in. */
	signal?: AbortSignal;
}

export interface OpenStack {
	preview(options?: OperationOptions): Promise<OperationResult>;
	up(options?: OperationOptions): Promise<OperationResult>;
	destroy(options?: OperationOptions): Promise<OperationResult>;
	/** Outputs of the last `up`; secrets in clear. */
	outputs(): Promise<Record<string, unknown>>;
	/** The state, as `pulumi policy analyze --file` reads it. */
	exportState(): Promise<Deployment>;
}

type Operation = "preview" | "up" | "destroy";
type CommandOptions = { onEvent: (event: EngineEvent) => void; signal?: AbortSignal };

/** Opens the stack, and makes it when the run has none of this name. Nothing is deployed yet. */
export async function openStack(options: StackOptions): Promise<OpenStack> {
	let thrown: unknown;
	const workspace = await openWorkspace({
		...options,
		environment: { ...options.environment, ...options.warden?.environmentFor("engine") },
		program: async () => {
			try {
				return await options.program();
			} catch (error) {
				// The engine would pass on the text alone; the caller gets the error itself.
				thrown = error;
				throw error;
			}
		},
	});
	const stack = await Stack.createOrSelect(options.stack, workspace);
	const packs = await packOptions(options);

	const outputs = async () =>
		Object.fromEntries(Object.entries(await stack.outputs()).map(([key, { value }]) => [key, value as unknown]));
	const run = async (operation: Operation, { onProgress, signal }: OperationOptions = {}): Promise<OperationResult> => {
		thrown = undefined;
		const startedAt = performance.now();
		const gathered = gather(onProgress);
		const command: CommandOptions = { onEvent: gathered.onEvent, ...(signal ? { signal } : {}) };
		let ok = true;
		try {
			if (operation === "destroy") await stack.destroy(command);
			else await stack[operation]({ ...command, ...packs });
		} catch (error) {
			ok = false;
			if (!gathered.violations.some(({ level }) => level === "mandatory"))
				throw failureOf(operation, options.stack, thrown ?? error, gathered.errors);
		}
		const changes = gathered.changes();
		return {
			ok,
			resources: remaining(changes),
			changes,
			violations: gathered.violations,
			outputs: ok && operation === "up" ? await outputs() : {},
			diagnostics: gathered.diagnostics,
			durationSeconds: (performance.now() - startedAt) / 1000,
		};
	};
	return {
		preview: (operation) => run("preview", operation),
		up: (operation) => run("up", operation),
		destroy: (operation) => run("destroy", operation),
		outputs,
		exportState: () => stack.exportStack(),
	};
}

async function packOptions({ policyPack, policyPackConfig, runDir }: StackOptions) {
	if (policyPack === undefined) return {};
	if (policyPackConfig === undefined) return { policyPacks: [policyPack] };
	const file = join(runDir, "policy-config.json");
	await writeFile(file, JSON.stringify(policyPackConfig));
	return { policyPacks: [policyPack], policyPackConfigs: [file] };
}

function failureOf(operation: Operation, stack: string, cause: unknown, errors: readonly string[]): Error {
	// The program's own error: it says what to do in words that fit.
	if (cause instanceof TriplaneError) return cause;
	const said = errors.length > 0 ? errors : [sayingOf(cause)];
	// The CLI's own error is its command line and output around what was said already.
	const options = cause instanceof CommandError && errors.length > 0 ? {} : { cause };
	return new EngineError(`pulumi ${operation} of stack "${stack}" failed:\n${said.join("\n")}`, said, options);
}

function sayingOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
