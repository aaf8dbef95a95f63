/** The Pulumi project around a program: its name, its folder, and the settings of a stack. Nothing is run. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { Unjudgeable } from "../../policies/offline/unjudgeable.ts";
import { readStackConfig } from "../../sandbox/engine/config.ts";
import { readInput } from "./files.ts";

const DEFAULT_STACK = "dev";
/** What a program gets for a setting that only its stack's key can decrypt. */
const ENCRYPTED = "[encrypted]";
const PROJECT_FILES = ["Pulumi.yaml", "Pulumi.yml"];

const ProjectFile = z.looseObject({
	name: z.string().min(1),
	main: z.string().optional(),
	config: z.record(z.string(), z.unknown()).nullish(),
});

export interface Project {
	/** Where relative paths of the program start. */
	folder: string;
	name: string;
	stack: string;
	/** Settings by full key, structured ones as JSON: as a program reads them. */
	config: Record<string, string>;
}

/**
 * @param program path of a program's entry, or of a folder
 * @param stack whose settings are meant; undefined: those of "dev", where there are any
 * @throws {Unjudgeable}
 * @throws {SettingsError} that names the line
 */
export async function projectOf(program: string, stack: string | undefined): Promise<Project> {
	const start = resolve(program);
	const file = projectFileAbove(start);
	const root = file ? dirname(file) : dirname(start);
	const { name, config: declared } = file ? await readProject(file) : { name: "project", config: undefined };
	const stackFile = join(root, `Pulumi.${stack ?? DEFAULT_STACK}.yaml`);
	if (stack !== undefined && !existsSync(stackFile))
		throw new Unjudgeable(
			`There is no ${stackFile}, so the settings of stack "${stack}" are unknown. Correct --stack.`,
		);
	const settings = existsSync(stackFile)
		? await readStackConfig(stackFile, { encryptedAs: ENCRYPTED, mayBeEmpty: true })
		: {};
	const config: Record<string, string> = {};
	for (const [key, value] of Object.entries({ ...defaultsOf(name, declared ?? {}), ...settings }))
		config[key] = typeof value === "string" ? value : JSON.stringify(value);
	return { folder: root, name, stack: stack ?? DEFAULT_STACK, config };
}

function projectFileAbove(start: string): string | undefined {
	for (let folder = start; ; folder = dirname(folder)) {
		const found = PROJECT_FILES.map((name) => join(folder, name)).find((file) => existsSync(file));
		if (found !== undefined || folder === dirname(folder)) return found;
	}
}

async function readProject(file: string): Promise<z.output<typeof ProjectFile>> {
	const text = await readInput(file);
	let document: unknown;
	try {
		document = parse(text);
	} catch (cause) {
		throw new Unjudgeable(`${file} is no YAML: ${cause instanceof Error ? cause.message : cause}. Correct it.`, {
			cause,
		});
	}
	const project = ProjectFile.safeParse(document);
	if (project.success) return project.data;
	const [issue] = project.error.issues;
	throw new Unjudgeable(`${file} is no project file: ${issue?.path.join(".")}: ${issue?.message}. Correct it.`);
}

/** What a project sets for all of its stacks: a value, or `{ value }` or `{ default }`; keys without a namespace are its own. */
function defaultsOf(project: string, declared: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(declared).flatMap(([key, entry]) => {
			const isRecord = typeof entry === "object" && entry !== null;
			const value: unknown = isRecord ? (Reflect.get(entry, "value") ?? Reflect.get(entry, "default")) : entry;
			return value === undefined ? [] : [[key.includes(":") ? key : `${project}:${key}`, value]];
		}),
	);
}
