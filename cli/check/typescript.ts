/**
 * Lets Node load a Pulumi program as its users write it: TypeScript with enums and decorators, imports without an ending,
 * CommonJS where the package says nothing else. Node alone reads erasable TypeScript with full paths.
 */
import { readFileSync } from "node:fs";
import { type LoadHookContext, type ResolveHookContext, registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const SOURCE = /\.[cm]?tsx?$/;
const MISSING = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND", "ERR_UNSUPPORTED_DIR_IMPORT"]);

/** From here on, modules outside node_modules are read so. */
export function readTypeScript(): void {
	process.setSourceMapsEnabled(true);
	registerHooks({
		resolve(specifier, context, next) {
			const attempts = [specifier, ...guessesAt(specifier)];
			let first: unknown;
			for (const attempt of attempts)
				try {
					return next(attempt, context satisfies Partial<ResolveHookContext>);
				} catch (error) {
					first ??= error;
					if (!isMissing(error)) throw error;
				}
			throw first;
		},
		load(url, context, next) {
			const { pathname } = new URL(url);
			const isOurs = url.startsWith("file:") && SOURCE.test(pathname) && !pathname.includes("/node_modules/");
			return isOurs ? { ...compiled(fileURLToPath(url), context), shortCircuit: true } : next(url, context);
		},
	});
}

/** What a relative import may mean beyond its letters. */
function guessesAt(specifier: string): string[] {
	if (!/^(\.{1,2}(\/|$)|\/|file:)/.test(specifier)) return [];
	const withoutEnding = specifier.replace(/\.([cm]?)js$/, ".$1ts");
	return [
		...(withoutEnding === specifier ? [] : [withoutEnding]),
		`${specifier}.ts`,
		`${specifier}.tsx`,
		`${specifier.replace(/\/$/, "")}/index.ts`,
		`${specifier.replace(/\/$/, "")}/index.js`,
	];
}

const isMissing = (error: unknown): boolean =>
	error instanceof Error && "code" in error && MISSING.has(String(error.code));

function compiled(file: string, { format }: LoadHookContext): { format: "commonjs" | "module"; source: string } {
	const text = readFileSync(file, "utf8");
	const as = (output: "cjs" | "esm"): string =>
		transformSync(text, {
			loader: file.endsWith("x") ? "tsx" : "ts",
			format: output,
			sourcefile: file,
			sourcemap: "inline",
			target: `node${process.versions.node}`,
			logLevel: "silent",
		}).code;
	const isCommonJs = file.endsWith(".cts") || (!format?.startsWith("module") && !file.endsWith(".mts"));
	if (isCommonJs && !text.includes("import.meta"))
		try {
			return { format: "commonjs", source: as("cjs") };
		} catch (error) {
			// Only an ES module awaits at its top level; any other fault is the program's.
			if (!String(error).includes("Top-level await")) throw error;
		}
	return { format: "module", source: as("esm") };
}
