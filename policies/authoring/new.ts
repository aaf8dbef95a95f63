#!/usr/bin/env node
/**
 * `npm run policy:new -- NAME [--family FAMILY]`: writes a new rule with all that belongs to it, green at once, to be made
 * into what you want. Refuses a name that will not do before it writes anything.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { camel, filesOf } from "./templates.ts";

const root = join(import.meta.dirname, "../..");
const USAGE = "Usage: npm run policy:new -- NAME [--family FAMILY]";
/** Would be another thing of the same name in the rule. */
const RESERVED = new Set(["cannot-tell"]);
const NAME_LENGTH_MAX = 60;

class Refusal extends Error {}

/** The names of files of a folder, less their ending. */
const namesIn = (folder: string, ending: string): string[] =>
	readdirSync(join(root, folder))
		.filter((file) => file.endsWith(ending))
		.map((file) => file.slice(0, -ending.length));

function asked(args: readonly string[]): { name: string; family: string } {
	const { values, positionals } = parseArgs({
		args: [...args],
		options: { family: { type: "string", default: "core" } },
		allowPositionals: true,
	});
	const [name, ...others] = positionals;
	if (name === undefined || others.length > 0) throw new Refusal(`Give one name. ${USAGE}`);
	if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(name) || name.length > NAME_LENGTH_MAX || RESERVED.has(name))
		throw new Refusal(
			`"${name}" cannot be a policy's name: use two or more words of small letters and digits with single hyphens between them, up to ${NAME_LENGTH_MAX} characters, as in "queue-redrive".`,
		);
	if (namesIn("policies/rules", ".ts").includes(name))
		throw new Refusal(`The pack has a policy "${name}" already, in policies/rules/${name}.ts. Choose another name.`);
	const families = namesIn("policies/families", ".ts");
	if (!families.includes(values.family))
		throw new Refusal(`The pack has no family "${values.family}": choose one of ${families.join(", ")}.`);
	return { name, family: values.family };
}

/** A file's text with a line put before the one that matches; refuses where there is none. */
function withLine(file: string, before: RegExp, line: string): string {
	const text = readFileSync(join(root, file), "utf8");
	const at = text.search(before);
	if (at < 0) throw new Refusal(`${file} has no line like ${before}: add the rule there by hand.`);
	return text.slice(0, at) + line + text.slice(at);
}

/** Every file that changes or comes to be, whole. */
function written(name: string, family: string): Map<string, string> {
	const constant = family.toUpperCase();
	const familyFile = `policies/families/${family}.ts`;
	const clauseFile = `charter/clauses/${family}.ts`;
	const files = new Map(filesOf(name));
	for (const file of files.keys())
		if (existsSync(join(root, file))) throw new Refusal(`${file} is there already: remove it, or choose another name.`);
	files.set(
		familyFile,
		withLine(
			familyFile,
			new RegExp(`\\nexport const ${constant}_RULES`),
			`import { ${camel(name)} } from "../rules/${name}.ts";\n`,
		).replace(/,?\s*\];\s*$/, `, ${camel(name)}];\n`),
	);
	files.set(clauseFile, withLine(clauseFile, /\} as const satisfies/, clauseOf(name)));
	return files;
}

const clauseOf = (name: string): string => `	"${name}": {
		title: "An image repository keeps its tags from being moved",
		because: "A tag that moves runs other code than the one that was tested, and nobody can tell since when.",
		howToComply: 'Set imageTagMutability to "IMMUTABLE" on the repository.',
		severity: "medium",
		level: "advisory",
	},
`;

try {
	const { name, family } = asked(process.argv.slice(2));
	const files = written(name, family);
	for (const [file, text] of files) {
		mkdirSync(dirname(join(root, file)), { recursive: true });
		writeFileSync(join(root, file), text);
	}
	const biome = join(root, "node_modules/.bin/biome");
	spawnSync(biome, ["check", "--write", ...[...files.keys()].filter((file) => file.endsWith(".ts"))], { cwd: root });
	// A process of its own: this one has read the clauses as they were.
	spawnSync(process.execPath, [join(root, "policies/authoring/index-page.ts")], {
		stdio: ["ignore", "ignore", "inherit"],
	});
	console.log(`Wrote the policy "${name}" in the family "${family}":`);
	for (const file of files.keys()) console.log(`  ${relative(process.cwd(), join(root, file))}`);
	console.log("It is green, and says something of image repositories. Make it say what you want: docs/authoring.md.");
} catch (error) {
	if (!(error instanceof Refusal) && !(error instanceof TypeError && "code" in error)) throw error;
	console.error(error.message);
	process.exitCode = 1;
}
