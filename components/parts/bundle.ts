/**
 * Bundles the functions and processes that run inside AWS, and says which files their native library's Lambda layer holds.
 * The one place that does so, for AWS, the sandbox and the bench; knows no Pulumi: components make assets of the paths.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { SettingsError, TriplaneError } from "../../charter/errors.ts";

/** Processor of a function, in Lambda's words. */
export type Architecture = "arm64" | "x86_64";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FUNCTIONS = join(ROOT, "functions");
const BUNDLE_FILE = "index.mjs";
/** Native, and delivered as a layer. */
const LAYER_PACKAGE = "onnxruntime-node";
/**
 * CommonJS packages in the bundle ask for Node's own modules through `require`, which an ES module does not have.
 * A long name: esbuild knows nothing of the banner, and its own names of a large bundle reach three characters.
 */
const REQUIRE_BANNER =
	'import{createRequire as bannerCreateRequire}from"node:module";const require=bannerCreateRequire(import.meta.url);';

/**
 * Bundles `functions/<name>/handler.ts` for Node 24 on Lambda; the same sources give the same bytes, wherever they lie.
 * Writes only when the bytes differ and then in one step, so that two programs at once do not disturb each other.
 * @returns the folder of the code, which holds `index.mjs`; its handler is `index.handler`
 * @throws {SettingsError} where there is no such function
 * @example new aws.lambda.Function(name, { code: new pulumi.asset.FileArchive(bundleFunction("predict")), handler: "index.handler" })
 */
export function bundleFunction(name: string): string {
	const entry = join(FUNCTIONS, name, "handler.ts");
	if (!existsSync(entry))
		throw new SettingsError(
			`There is no function "${name}": functions/${name}/handler.ts is missing. Its folders are ${functionNames().join(", ")}.`,
		);
	const folder = join(FUNCTIONS, "dist", name);
	writeIfChanged(folder, bundle(entry));
	return folder;
}

/**
 * Bundles `functions/<name>/main.ts`, a process that runs for long, as {@link bundleFunction} does a handler: for its
 * container image, and for the sandbox, which runs the same bytes without one.
 * @returns the folder of the code; `node <folder>/index.mjs` runs it
 * @throws {SettingsError} where there is no such process
 */
export function bundleProcess(name: string): string {
	const entry = join(FUNCTIONS, name, "main.ts");
	if (!existsSync(entry))
		throw new SettingsError(
			`There is no process "${name}": functions/${name}/main.ts is missing. Its folders are ${processNames().join(", ")}.`,
		);
	const folder = join(FUNCTIONS, "dist", "processes", name);
	writeIfChanged(folder, bundle(entry));
	return folder;
}

/** The bundle of one entry, as {@link bundleFunction} makes it. */
export function bundle(entry: string): Uint8Array {
	const { outputFiles } = buildSync({
		absWorkingDir: ROOT,
		entryPoints: [entry],
		write: false,
		bundle: true,
		platform: "node",
		target: "node24",
		format: "esm",
		// esbuild's default for Node takes CommonJS builds, of which nothing can be left out: 40 % more bytes and start time.
		mainFields: ["module", "main"],
		minify: true,
		legalComments: "none",
		external: [LAYER_PACKAGE],
		banner: { js: REQUIRE_BANNER },
		logLevel: "error",
	});
	const [file] = outputFiles;
	if (!file) throw new TriplaneError(`esbuild made nothing of ${entry}. Check that it exports a handler.`);
	return file.contents;
}

/** Names of the functions that can be bundled, sorted. */
export const functionNames = (): string[] => foldersWith("handler.ts");

const processNames = (): string[] => foldersWith("main.ts");

const foldersWith = (entry: string): string[] =>
	readdirSync(FUNCTIONS)
		.filter((name) => existsSync(join(FUNCTIONS, name, entry)))
		.sort();

function writeIfChanged(folder: string, contents: Uint8Array): void {
	const path = join(folder, BUNDLE_FILE);
	if (existsSync(path) && readFileSync(path).equals(contents)) return;
	mkdirSync(folder, { recursive: true });
	// Beside the folder: all that lies in it is deployed.
	const unfinished = `${folder}.${process.pid}.tmp`;
	writeFileSync(unfinished, contents);
	renameSync(unfinished, path);
}

/**
 * The files of the ONNX runtime's Lambda layer: path in the archive → path on disk, sorted.
 * Only what runs on that processor under Linux: other platforms, GPU libraries, types and source maps stay out.
 */
export function onnxRuntimeLayer(architecture: Architecture): Readonly<Record<string, string>> {
	const runtime = dirname(createRequire(import.meta.url).resolve(`${LAYER_PACKAGE}/package.json`));
	// Its `exports` do not name package.json: the entry is <package>/dist/cjs/index.js.
	const tensors = join(createRequire(join(runtime, "package.json")).resolve("onnxruntime-common"), "../../..");
	const platform = `bin/napi-v6/linux/${architecture === "x86_64" ? "x64" : "arm64"}`;
	const files: [archivePath: string, path: string][] = [
		...packageFiles("onnxruntime-common", tensors, [
			"package.json",
			...scripts(tensors, "dist/cjs"),
			"dist/cjs/package.json",
		]),
		...packageFiles(LAYER_PACKAGE, runtime, [
			"package.json",
			...scripts(runtime, "dist"),
			...libraries(runtime, platform),
		]),
	];
	return Object.fromEntries(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const packageFiles = (name: string, root: string, files: string[]): [string, string][] =>
	files.map((file) => [`nodejs/node_modules/${name}/${file}`, join(root, file)]);

const scripts = (root: string, folder: string): string[] =>
	readdirSync(join(root, folder))
		.filter((file) => file.endsWith(".js"))
		.map((file) => `${folder}/${file}`);

/** Where a GPU build was installed, its providers lie beside the library. */
const libraries = (root: string, folder: string): string[] =>
	readdirSync(join(root, folder))
		.filter((file) => !/providers|cuda|tensorrt/i.test(file))
		.map((file) => `${folder}/${file}`);
