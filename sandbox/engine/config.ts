/**
 * Reads the settings of a stack from its file, `Pulumi.<stack>.yaml`, as the ordinary CLI would.
 * It knows Pulumi's file, not what the settings mean: that is charter/settings.ts.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { SettingsError } from "../../charter/errors.ts";

export interface ReadOptions {
	/** What stands in for a value that is encrypted for its stack. @default such a value is refused */
	encryptedAs?: string;
	/** Whether a file without settings is fine. @default false */
	mayBeEmpty?: boolean;
}

/**
 * The settings of a stack by full key, as in `triplane:models`, with structured values as they are.
 * @param file path of a `Pulumi.<stack>.yaml`
 * @throws {SettingsError} that names the file and the line
 */
export async function readStackConfig(file: string, options: ReadOptions = {}): Promise<Record<string, unknown>> {
	const text = await readFile(file, "utf8").catch((cause: unknown) => {
		throw new SettingsError(`The settings ${file} cannot be read. Give the path of a Pulumi.<stack>.yaml.`, { cause });
	});
	return parseStackConfig(text, basename(file), options);
}

/**
 * Parses the text of a stack's file.
 * @param source named in the message, as in "Pulumi.dev.yaml"
 * @throws {SettingsError} that names the line
 */
export function parseStackConfig(
	text: string,
	source: string,
	{ encryptedAs, mayBeEmpty = false }: ReadOptions = {},
): Record<string, unknown> {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
	const lineOf = (offset: number) => `${source}, line ${lines.linePos(offset).line}`;
	const [fault] = document.errors;
	if (fault) throw new SettingsError(`${lineOf(fault.pos[0])}: ${fault.message}. Correct the YAML there.`);

	const root = document.contents;
	const config = isMap(root) ? root.get("config", true) : undefined;
	if (mayBeEmpty && (config === undefined || root === null)) return {};
	if (!isMap(config))
		throw new SettingsError(
			`${source} has no map "config". Put the settings below it, as in "config:" and then "  triplane:environment: dev".`,
		);
	const settings: Record<string, unknown> = {};
	for (const { key, value } of config.items) {
		const name = isScalar(key) ? String(key.value) : "";
		const where = lineOf(isNode(key) ? (key.range?.[0] ?? 0) : 0);
		if (!/^[^:\s]+:[^:\s]+$/.test(name))
			throw new SettingsError(`${where}: a setting's key is "namespace:name", as in "triplane:models", not "${name}".`);
		const plain = plainOf(value, document, where);
		if (isEncrypted(plain) && encryptedAs === undefined)
			throw new SettingsError(
				`${where}: "${name}" is encrypted for its stack, and the sandbox has no key to it. Give the sandbox a file with a value in clear.`,
			);
		settings[name] = inClear(plain, encryptedAs);
	}
	return settings;
}

function plainOf(value: unknown, document: Document, where: string): unknown {
	if (!isNode(value)) return value ?? null;
	try {
		return value.toJS(document);
	} catch (cause) {
		throw new SettingsError(`${where}: ${cause instanceof Error ? cause.message : cause}. Correct the YAML there.`, {
			cause,
		});
	}
}

/** Pulumi writes an encrypted value as `secure: <text>`, at any depth. */
function isSecure(value: object): boolean {
	const keys = Object.keys(value);
	return keys.length === 1 && keys[0] === "secure";
}

function isEncrypted(value: unknown): boolean {
	if (value === null || typeof value !== "object") return false;
	return isSecure(value) || Object.values(value).some(isEncrypted);
}

function inClear(value: unknown, encryptedAs: string | undefined): unknown {
	if (encryptedAs === undefined || value === null || typeof value !== "object") return value;
	if (isSecure(value)) return encryptedAs;
	if (Array.isArray(value)) return value.map((item) => inClear(item, encryptedAs));
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inClear(item, encryptedAs)]));
}
