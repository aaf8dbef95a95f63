/** The launcher of the embedded AWS as a process: how it starts, refuses to start, and ends. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { startEmulator } from "../../sandbox/emulator/emulator.ts";
import { freePort } from "../../sandbox/processes/ports.ts";
import { startWarden, type Warden } from "../../sandbox/processes/warden.ts";
import { PYTHON } from "../support/cloud/test-cloud.ts";

const run = promisify(execFile);
const LAUNCHER = fileURLToPath(new URL("../../sandbox/emulator/launcher.py", import.meta.url));

/** Addresses on which a process accepts connections. */
async function listenersOf(pid: number): Promise<string[]> {
	if (process.platform !== "linux") {
		const { stdout } = await run("lsof", ["-nP", "-iTCP", "-sTCP:LISTEN", "-a", "-p", String(pid), "-Fn"]);
		return [...stdout.matchAll(/^n(.*)$/gm)].map(([, address = ""]) => address);
	}
	const fds = await readdir(`/proc/${pid}/fd`);
	const links = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
	const LISTENING = "0A";
	const lines = (await Promise.all(["tcp", "tcp6"].map((file) => readFile(`/proc/${pid}/net/${file}`, "utf8"))))
		.join("\n")
		.split("\n")
		.map((line) => line.trim().split(/\s+/))
		.filter((fields) => fields[3] === LISTENING && links.includes(`socket:[${fields[9]}]`));
	return lines.map(([, address = ""]) => {
		const [host = "", port = ""] = address.split(":");
		const bytes = host.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
		return `${bytes.reverse().join(".")}:${Number.parseInt(port, 16)}`;
	});
}

describe("The launcher of the embedded AWS", () => {
	let runDir: string;
	let warden: Warden;
	before(async () => {
		runDir = await mkdtemp(join(tmpdir(), "triplane-launcher-"));
		warden = await startWarden();
	});
	after(async () => {
		await warden.close();
		await rm(runDir, { recursive: true, force: true });
	});

	/** An interpreter that runs this Python code before the launcher's. */
	const pythonWith = async (name: string, code: string): Promise<string> => {
		await writeFile(
			join(runDir, `${name}.py`),
			`${code}\nimport os, runpy, sys\nsys.path.insert(0, os.path.dirname(sys.argv[1]))\nrunpy.run_path(sys.argv[1], run_name="__main__")\n`,
		);
		const script = join(runDir, name);
		await writeFile(script, `#!/bin/sh\nexec '${PYTHON}' '${script}.py' "$@"\n`, { mode: 0o755 });
		return script;
	};
	const failureOf = async (python: string): Promise<string> => {
		try {
			await startEmulator({ python, runDir: join(runDir, "failing"), spawn: warden.spawn });
		} catch (error) {
			return error instanceof Error ? error.message : String(error);
		}
		throw new Error("It started.");
	};

	it("listens on 127.0.0.1 alone, says that it is well, and is gone after stop().", async () => {
		const emulator = await startEmulator({ python: PYTHON, runDir: join(runDir, "one"), spawn: warden.spawn });
		expect(await emulator.health()).to.equal(true);
		expect(emulator.url).to.equal(`http://127.0.0.1:${emulator.port}`);
		// What it opens after its first answer would be open by now.
		await sleep(3000);
		expect(await listenersOf(emulator.pid)).to.deep.equal([`127.0.0.1:${emulator.port}`]);
		await emulator.stop();
		expect(await emulator.health()).to.equal(false);
	});

	it("runs beside another one, each with its own state.", async () => {
		const [one, two] = await Promise.all(
			["left", "right"].map((name) =>
				startEmulator({ python: PYTHON, runDir: join(runDir, name), spawn: warden.spawn }),
			),
		);
		expect(one?.port).to.not.equal(two?.port);
		expect(await Promise.all([one?.health(), two?.health()])).to.deep.equal([true, true]);
		await Promise.all([one?.stop(), two?.stop()]);
	});

	it("refuses another version of ministack, and says which one to install.", async () => {
		const python = await pythonWith(
			"other-version",
			"from importlib import metadata\nmetadata.version = lambda name: '1.6.0'",
		);
		const message = await failureOf(python);
		expect(message).to.match(/^The embedded AWS ended at its start\./);
		expect(message).to.match(
			/patches fit ministack 1\.5\.33, but .* has 1\.6\.0\. Run: .* -m pip install ministack==1\.5\.33/,
		);
	});

	it("refuses to start where what a patch replaces is gone, and names it.", async () => {
		const gone = "import ministack.services.apigateway_v1 as api\ndel api._check_api_key";
		expect(await failureOf(await pythonWith("target-gone", gone))).to.match(
			/A patch of the embedded AWS no longer fits: _check_api_key is not in ministack\.services\.apigateway_v1/,
		);
		const changed = "from ministack.core import lambda_runtime as r\nr._NODEJS_WORKER_SCRIPT = '// another worker'";
		expect(await failureOf(await pythonWith("text-gone", changed))).to.match(/is not in ministack's Node worker/);
	});

	it("says to run the set-up where there is no interpreter.", async () => {
		expect(await failureOf(join(runDir, "nowhere"))).to.match(/^No Python is at .*nowhere: run the set-up/);
	});

	it("ends when its standard input closes.", async () => {
		const env = {
			PATH: process.env.PATH,
			GATEWAY_PORT: String(await freePort()),
			BIND_HOST: "127.0.0.1",
			TMPDIR: runDir,
		};
		const child = spawn(PYTHON, [LAUNCHER], { env, stdio: ["pipe", "ignore", "ignore"] });
		const exit = once(child, "exit");
		for (let up = false; !up; )
			up = await fetch(`http://127.0.0.1:${env.GATEWAY_PORT}/_ministack/health`).then(
				(response) => response.ok,
				() => false,
			);
		child.stdin.end();
		const [code] = await exit;
		expect(code).to.equal(0);
	});
});
