/**
 * What the installed @pulumi/aws says of a resource type: whether it exists, and its inputs and outputs.
 * Read from the package's own code, so that no list of types is kept here.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const PACKAGE = dirname(require.resolve("@pulumi/aws/package.json"));
/** Version of the installed @pulumi/aws, which is also the provider's. */
export const PACKAGE_VERSION: string = require("@pulumi/aws/package.json").version;
const TOKEN = /^aws:([A-Za-z0-9]+)\/([A-Za-z0-9]+):([A-Za-z0-9]+)$/;

export interface InstalledType {
	/** Every property that a program may set. */
	inputs: ReadonlySet<string>;
	/** Inputs that a program must set. */
	required: ReadonlySet<string>;
	/** Properties that only AWS sets. */
	outputs: ReadonlySet<string>;
}

const known = new Map<string, InstalledType | undefined>();

/** The type with this token, as in "aws:lambda/function:Function"; undefined where the package has none. */
export function installedType(token: string): InstalledType | undefined {
	if (!known.has(token)) known.set(token, read(token));
	return known.get(token);
}

function read(token: string): InstalledType | undefined {
	const [, module, file] = TOKEN.exec(token) ?? [];
	if (module === undefined || file === undefined) return undefined;
	const path = join(PACKAGE, module, `${file}.js`);
	if (!existsSync(path)) return undefined;
	const code = readFileSync(path, "utf8");
	if (!code.includes(`static __pulumiType = '${token}'`)) return undefined;
	const names = (pattern: RegExp) => new Set([...code.matchAll(pattern)].map(([, name = ""]) => name));
	return {
		inputs: names(/resourceInputs\["(\w+)"\] = .*\bargs\?\.\w+/g),
		required: names(/Missing required property '(\w+)'/g),
		outputs: names(/resourceInputs\["(\w+)"\] = undefined \/\*out\*\//g),
	};
}
