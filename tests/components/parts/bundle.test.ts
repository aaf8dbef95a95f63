/** The functions' bundles and the native library's layer, tried as Lambda would: in a process that has nothing else. */
import { execFileSync } from "node:child_process";
import {
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { SettingsError } from "../../../charter/errors.ts";
import { bundleFunction, functionNames, onnxRuntimeLayer } from "../../../components/parts/bundle.ts";

const ROOT = join(import.meta.dirname, "../../..");
const NAMES = [
	"authorize",
	"batch-commit",
	"batch-plan",
	"batch-score",
	"callback",
	"collect-run",
	"evaluate",
	"health",
	"jobs",
	"judge",
	"overflow",
	"predict",
	"predict-overflowing",
	"register",
	"release",
	"rollout",
	"sagemaker-forward",
	"sagemaker-result",
	"shadow",
	"submit",
	"sweep",
];

describe("components/parts/bundle", () => {
	it("knows the functions", () => {
		expect(functionNames()).to.deep.equal(NAMES);
	});

	for (const name of NAMES)
		it(`bundles "${name}" into one file that names no place on this machine`, () => {
			const folder = bundleFunction(name);
			expect(folder).to.equal(join(ROOT, "functions/dist", name));
			expect(readdirSync(folder)).to.deep.equal(["index.mjs"]);
			expect(readFileSync(join(folder, "index.mjs"), "utf8")).not.to.include(ROOT);
		});

	it("gives the same bytes again and does not touch the file", () => {
		const file = join(bundleFunction("health"), "index.mjs");
		const before = { bytes: readFileSync(file), written: statSync(file).mtimeMs };
		bundleFunction("health");
		expect({ bytes: readFileSync(file), written: statSync(file).mtimeMs }).to.deep.equal(before);
	});

	it("keeps predict within 330 kB gzipped", () => {
		const bytes = readFileSync(join(bundleFunction("predict"), "index.mjs"));
		expect(gzipSync(bytes, { level: 9 }).length).to.be.below(330_000);
	});

	it("says which functions there are where one is missing", () => {
		expect(() => bundleFunction("predikt")).to.throw(
			SettingsError,
			`There is no function "predikt": functions/predikt/handler.ts is missing. Its folders are ${NAMES.join(", ")}.`,
		);
	});

	for (const [architecture, folder] of [
		["arm64", "arm64"],
		["x86_64", "x64"],
	] as const)
		it(`lists the ONNX runtime's files for ${architecture} alone`, () => {
			const layer = onnxRuntimeLayer(architecture);
			const packages = "nodejs/node_modules";
			const native = Object.keys(layer).filter((path) => path.includes("/bin/"));
			expect(native).to.deep.equal([
				`${packages}/onnxruntime-node/bin/napi-v6/linux/${folder}/libonnxruntime.so.1`,
				`${packages}/onnxruntime-node/bin/napi-v6/linux/${folder}/onnxruntime_binding.node`,
			]);
			expect(Object.keys(layer).filter((path) => !/\.(js|json|node|so\.1)$/.test(path))).to.deep.equal([]);
			expect(Object.values(layer).map((path) => statSync(path).isFile())).not.to.include(false);
		});

	describe("in a process with the layer's files alone", () => {
		const folder = mkdtempSync(join(tmpdir(), "triplane-layer-"));
		after(() => rmSync(folder, { recursive: true }));

		it("starts predict, which says what its environment lacks", () => {
			const layer = onnxRuntimeLayer(process.arch === "arm64" ? "arm64" : "x86_64");
			for (const [archivePath, path] of Object.entries(layer)) {
				mkdirSync(dirname(join(folder, archivePath)), { recursive: true });
				symlinkSync(path, join(folder, archivePath));
			}
			// Away from the project, where it would find the library by itself.
			copyFileSync(join(bundleFunction("predict"), "index.mjs"), join(folder, "index.mjs"));
			const entry = pathToFileURL(join(folder, "index.mjs")).href;
			const script = `import(${JSON.stringify(entry)}).catch(({ name, message }) => console.log(name + ": " + message))`;
			const output = execFileSync(process.execPath, ["--preserve-symlinks", "-e", script], {
				cwd: folder,
				env: { NODE_PATH: join(folder, "nodejs/node_modules") },
				encoding: "utf8",
			});
			expect(output.trim()).to.equal(
				"FunctionSettingsError: The function's environment has no OTEL_SERVICE_NAME. The program that deploys it sets it.",
			);
		});
	});
});
