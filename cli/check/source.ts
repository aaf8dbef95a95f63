/** What a check judges: a program, a stack's state or a preview, as resources with the settings that go with them. */
import { resolve } from "node:path";
import type { ResourceInput } from "../../policies/graph/node.ts";
import { resourcesOfPreview, resourcesOfState, settingsOfPreview } from "../../policies/offline/recorded-stack.ts";
import { Unjudgeable } from "../../policies/offline/unjudgeable.ts";
import { NAMESPACE, type OwnSettings, ownSettings } from "../../policies/own-settings.ts";
import { readInput } from "./files.ts";
import { requireProgram, runProgram } from "./program.ts";
import { projectOf } from "./project.ts";

export interface SourceOptions {
	state?: string;
	preview?: string;
	stack?: string;
	timeoutSeconds: number;
}

export interface Source {
	/** As the user named it. */
	name: string;
	resources: ResourceInput[];
	/** Models and tenants of the stack's own settings. */
	fromStack: OwnSettings;
	/** What was not seen, for people. */
	notes: string[];
}

/** @throws {Unjudgeable} */
export async function sourceOf(
	program: string | undefined,
	options: SourceOptions,
	interrupted: Promise<never>,
): Promise<Source> {
	const { state, preview, stack, timeoutSeconds } = options;
	const given = [program, state, preview].filter((each) => each !== undefined);
	const [name] = given;
	if (name === undefined || given.length > 1)
		throw new Unjudgeable(
			"Name one thing to judge: a program, a stack's state (--state FILE) or a preview (--preview FILE).",
		);
	if (program !== undefined) return sourceOfProgram(program, { stack, timeoutSeconds }, interrupted);
	const text = await readInput(name);
	const settings = stack === undefined ? {} : ownIn((await projectOf(resolve("Pulumi.yaml"), stack)).config);
	if (state !== undefined) return { name, resources: resourcesOfState(text, name), fromStack: settings, notes: [] };
	return {
		name,
		resources: resourcesOfPreview(text, name),
		fromStack: { ...ownIn(settingsOfPreview(text)), ...settings },
		notes: [],
	};
}

async function sourceOfProgram(
	name: string,
	{ stack, timeoutSeconds }: { stack: string | undefined; timeoutSeconds: number },
	interrupted: Promise<never>,
): Promise<Source> {
	const program = resolve(name);
	await requireProgram(program);
	const project = await projectOf(program, stack);
	const { folder, config } = project;
	const request = { program, project: project.name, stack: project.stack, config, timeoutSeconds };
	const { resources, remoteComponents, unanswered } = await runProgram(request, folder, interrupted);
	return {
		name,
		resources,
		fromStack: ownIn(config),
		notes: [
			...remoteComponents.map(
				(component) =>
					`${component} is a component whose parts only its own provider makes, so they were not judged: judge a preview for them.`,
			),
			...unanswered.map((token) => `${token} has no answer without a cloud, so its result was taken as not known yet.`),
		],
	};
}

const ownIn = (config: Readonly<Record<string, string>>): OwnSettings =>
	ownSettings((name) => config[`${NAMESPACE}:${name}`]);
