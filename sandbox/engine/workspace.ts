/**
 * A private world for the engine of one run: its own home, state and passphrase, and the runner of policy packs.
 * Nothing of it is read from the user's Pulumi, and nothing is written there.
 */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { LocalWorkspace, type PulumiFn } from "@pulumi/pulumi/automation/index.js";
import { parse, stringify } from "yaml";
import { commandOf, type Engine } from "./engine.ts";

export interface WorkspaceOptions {
	engine: Engine;
	/** Directory of the run; everything is kept below it. */
	runDir: string;
	/** Port of a running provider for the `aws` package. @default none: the program has no `aws` resource */
	providerPort?: number;
	program: PulumiFn;
	/** Name of the Pulumi project, and so the namespace of its settings. */
	project: string;
	stack: string;
	/** Settings by full key, as in `triplane:models`; structured values as they are. */
	config: Record<string, unknown>;
	/** Variables for the engine and all that it starts. */
	environment?: Record<string, string>;
}

export async function openWorkspace(options: WorkspaceOptions): Promise<LocalWorkspace> {
	const { engine, runDir, project, stack, config, program } = options;
	const home = join(runDir, "pulumi-home");
	const state = join(runDir, "pulumi-state");
	const workDir = join(runDir, "pulumi-workspace");
	for (const directory of [state, workDir]) await mkdir(directory, { recursive: true });
	await installPackRunner(home);
	await writeStackSettings(join(workDir, `Pulumi.${stack}.yaml`), config);
	return LocalWorkspace.create({
		workDir,
		pulumiHome: home,
		program,
		pulumiCommand: await commandOf(engine, runDir),
		// Relative paths in the program are meant from where it was started, as with the ordinary CLI.
		projectSettings: { name: project, runtime: "nodejs", main: process.cwd(), backend: { url: `file://${state}` } },
		secretsProvider: "passphrase",
		envVars: {
			...options.environment,
			PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
			PULUMI_BACKEND_URL: `file://${state}`,
			// Guards nothing: the state holds no secret but the sandbox's own, and is removed with the run.
			PULUMI_CONFIG_PASSPHRASE: "sandbox",
			PULUMI_SKIP_UPDATE_CHECK: "true",
			PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
			PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
			// The state is written at the end of an update, not after each resource: what is here is gone with the run.
			PULUMI_EXPERIMENTAL: "true",
			PULUMI_SKIP_CHECKPOINTS: "true",
			...(options.providerPort === undefined ? {} : { PULUMI_DEBUG_PROVIDERS: `aws:${options.providerPort}` }),
		},
	});
}

/** Without a language host the engine runs a pack by this plugin of its home. */
async function installPackRunner(home: string): Promise<void> {
	const plugin = join(home, "plugins", "analyzer-policy-nodejs-v1.0.0");
	await mkdir(plugin, { recursive: true });
	const script = join(plugin, "pulumi-analyzer-policy-nodejs");
	const runner = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");
	const quoted = [process.execPath, runner].map((path) => `'${path.replaceAll("'", `'\\''`)}'`);
	await writeFile(script, `#!/bin/sh\nexec ${quoted.join(" ")} "$@"\n`);
	await chmod(script, 0o755);
}

/** The engine adds the salt of the passphrase to this file; a stack that is opened again needs the same. */
async function writeStackSettings(file: string, config: Record<string, unknown>): Promise<void> {
	const before: unknown = parse(await readFile(file, "utf8").catch(() => "{}"));
	await writeFile(file, stringify({ ...(typeof before === "object" ? before : {}), config }));
}
