/**
 * The Pulumi engine: taken from this machine, else downloaded, else built with Go from sandbox/engine/go.
 * It lands in Pulumi's own folder for its version, whole or not at all, so that other checkouts find it.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
	ENGINE_VERSION,
	engineFolder,
	findEngine,
	identityOf,
	recordedEngine,
	versionOf,
} from "../sandbox/engine/find.mjs";
import { Need, ToolFailure } from "./need.mjs";

/** What the Automation API's own installer runs. */
const INSTALLER = "https://get.pulumi.com/install.sh";
const CONNECT_SECONDS = 10;
const INSTALLER_SECONDS = 30;
const DOWNLOAD_SECONDS = 300;
/** The first Go that fetches the toolchain that a module asks for. */
const OLDEST_GO = [1, 21];
const PACKAGE = "github.com/pulumi/pulumi";

/** @param {string} root */
const recordOf = (root) => join(root, ".sandbox", "tools", "engine.json");

/**
 * Why an engine must be fetched; undefined when one is there.
 * @param {string} root
 */
export function engineMissing(root) {
	if (recordedEngine(recordOf(root)) || findEngine()) return undefined;
	return `no Pulumi ${ENGINE_VERSION} or newer on PATH or in ${engineFolder()}`;
}

/**
 * Writes down the engine that is on this machine, for the command line to use.
 * @param {string} root
 * @param {import("../sandbox/engine/find.mjs").Engine | undefined} [engine]
 */
export function recordEngine(root, engine = findEngine()) {
	if (!engine)
		throw new ToolFailure(`No Pulumi engine ${ENGINE_VERSION} runs on this machine, though it was installed.`);
	const record = recordOf(root);
	mkdirSync(dirname(record), { recursive: true });
	const next = `${record}.${process.pid}`;
	writeFileSync(next, JSON.stringify({ ...engine, identity: identityOf(engine.command) }, undefined, "\t"));
	renameSync(next, record);
}

/** @param {string} root */
export const isRecorded = (root) => recordedEngine(recordOf(root)) !== undefined;

/**
 * @param {string} root
 * @param {import("./tools.mjs").RunTool} run
 * @param {ReturnType<typeof import("./progress.mjs").createProgress>} progress
 */
export async function fetchEngine(root, run, progress) {
	mkdirSync(engineFolder(), { recursive: true });
	const command = join(engineFolder(), "pulumi");
	try {
		await progress.step(`Downloading the Pulumi engine ${ENGINE_VERSION}`, () => download(run));
		return recordEngine(root, { version: ENGINE_VERSION, source: "download", command });
	} catch (error) {
		if (!(error instanceof ToolFailure)) throw error;
		progress.say("The official download cannot be had from here; building the engine instead.");
	}
	checkGo();
	const title = `Building the Pulumi engine ${ENGINE_VERSION} with Go (once; 3 to 10 min)`;
	await progress.step(title, () => build(join(root, "sandbox", "engine", "go"), run));
	return recordEngine(root, { version: ENGINE_VERSION, source: "built", command });
}

/** @param {import("./tools.mjs").RunTool} run */
async function download(run) {
	await beside(async (folder) => {
		const script = join(folder, "install.sh");
		const limits = ["--connect-timeout", String(CONNECT_SECONDS), "--max-time", String(INSTALLER_SECONDS)];
		await run("curl", ["-fsSL", ...limits, "-o", script, INSTALLER]);
		const args = ["--no-edit-path", "--install-root", folder, "--version", ENGINE_VERSION];
		await run("sh", [script, ...args], { timeoutSeconds: DOWNLOAD_SECONDS });
		return join(folder, "bin");
	});
}

/**
 * @param {string} module
 * @param {import("./tools.mjs").RunTool} run
 */
async function build(module, run) {
	await beside(async (folder) => {
		const flags = `-s -w -X ${PACKAGE}/sdk/v3/go/common/version.Version=v${ENGINE_VERSION}`;
		const args = [
			"build",
			"-trimpath",
			"-ldflags",
			flags,
			"-o",
			join(folder, "pulumi"),
			`${PACKAGE}/pkg/v3/cmd/pulumi`,
		];
		await run("go", args, { cwd: module, env: { GOWORK: "off", GOFLAGS: "-mod=readonly", CGO_ENABLED: "0" } });
		return folder;
	});
}

/**
 * Lets `make` fill a folder beside the engine's, checks what it made, and moves it in; the engine itself last.
 * @param {(folder: string) => Promise<string>} make gives the folder that holds the executables
 */
async function beside(make) {
	const target = engineFolder();
	for (const name of readdirSync(dirname(target)))
		if (name.startsWith(".new-")) rmSync(join(dirname(target), name), { recursive: true, force: true });
	const folder = mkdtempSync(join(dirname(target), ".new-"));
	try {
		const made = await make(folder);
		const version = versionOf(join(made, "pulumi"));
		if (version !== ENGINE_VERSION)
			throw new ToolFailure(`The engine that was fetched says it is ${version ?? "nothing"}, not ${ENGINE_VERSION}.`);
		const names = readdirSync(made).filter((name) => name !== "install.sh" && name !== "pulumi");
		for (const name of [...names, "pulumi"]) renameSync(join(made, name), join(target, name));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function checkGo() {
	let version;
	try {
		version = execFileSync("go", ["env", "GOVERSION"], {
			encoding: "utf8",
			stdio: ["ignore", "pipe", "ignore"],
		}).trim();
	} catch {
		throw new Need(
			`Go is missing: install Go ${OLDEST_GO.join(".")} or newer (https://go.dev/dl), or Pulumi ${ENGINE_VERSION} (https://www.pulumi.com/docs/install); the engine could not be downloaded and must be built.`,
		);
	}
	const [major = 0, minor = 0] = version.replace(/^go/, "").split(".").map(Number);
	if (major < OLDEST_GO[0] || (major === OLDEST_GO[0] && minor < OLDEST_GO[1]))
		throw new Need(
			`${version} is too old: install Go ${OLDEST_GO.join(".")} or newer; the engine must be built with it.`,
		);
}
