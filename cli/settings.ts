/** The settings of a stack, read from its file in the checkout. */
import { join } from "node:path";
import { parseSettings, type Settings } from "../charter/settings.ts";
import { readStackConfig } from "../sandbox/engine/config.ts";

const NAMESPACE = "triplane:";

/** The settings of our namespace without it, as {@link parseSettings} takes them. */
export function bareSettings(config: Record<string, unknown>): Record<string, unknown> {
	const entries = Object.entries(config).filter(([key]) => key.startsWith(NAMESPACE));
	return Object.fromEntries(entries.map(([key, value]) => [key.slice(NAMESPACE.length), value]));
}

/** @throws {SettingsError} that names the file, the place and what to do */
export async function readSettings(checkout: string, stack: string): Promise<Settings> {
	const file = `Pulumi.${stack}.yaml`;
	return parseSettings(bareSettings(await readStackConfig(join(checkout, file))), file);
}
