/** The settings of a stack, read from its file in the checkout, and found fit before anything is started by them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { planCapacity } from "../charter/derive.ts";
import { SettingsError } from "../charter/errors.ts";
import { parseSettings, type Settings } from "../charter/settings.ts";
import { readStackConfig } from "../sandbox/engine/config.ts";

const NAMESPACE = "triplane:";

export interface StackSettings {
	/** All that the file holds, by full key, as the engine takes it. */
	config: Record<string, unknown>;
	settings: Settings;
	region: string;
}

/** @throws {SettingsError} that names the file, the place and what to do */
export async function readSettings(checkout: string, stack: string): Promise<StackSettings> {
	const path = join(checkout, fileOf(stack));
	if (!existsSync(path))
		throw new SettingsError(
			`There is no stack "${stack}" here: ${path} does not exist. Make it with \`pulumi stack init ${stack}\`.`,
		);
	const config = await readStackConfig(path);
	const settings = settingsIn(config, stack);
	planCapacity(settings);
	return { config, settings, region: String(config["aws:region"] ?? process.env.AWS_REGION ?? "us-east-1") };
}

/** The settings of our namespace in a stack's config. */
export function settingsIn(config: Record<string, unknown>, stack: string): Settings {
	const entries = Object.entries(config).filter(([key]) => key.startsWith(NAMESPACE));
	return parseSettings(
		Object.fromEntries(entries.map(([key, value]) => [key.slice(NAMESPACE.length), value])),
		fileOf(stack),
	);
}

const fileOf = (stack: string): string => `Pulumi.${stack}.yaml`;
