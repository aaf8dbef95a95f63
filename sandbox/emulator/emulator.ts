/**
 * Starts the embedded AWS (launcher.py) on a port of 127.0.0.1, with IAM enforced and all its state in the run's directory.
 * Not what it does unlike AWS: that is patched in patches/ or listed in docs/sandbox.md.
 */
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { TriplaneError } from "../../charter/errors.ts";
import { ACCOUNT_CONCURRENCY_LIMIT } from "../../charter/limits.ts";
import { freePort } from "../processes/ports.ts";
import type { Warden } from "../processes/warden.ts";

const START_SECONDS = 60;
const POLL_MS = 50;
const LOG_TAIL_LINES = 15;

const DEFAULT_REGION = "us-east-1";

/** Account that the embedded AWS answers for, and the credentials of its root user. */
export const EMULATOR_ACCOUNT = "000000000000";
export const EMULATOR_CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" } as const;

export interface EmulatorOptions {
	/** Python interpreter of the virtual environment that has ministack. */
	python: string;
	/** Directory of the run; state and log go below it. */
	runDir: string;
	/** Starts the child, and ends it with its parent. */
	spawn: Warden["spawn"];
	/** Node that runs the functions. @default the one that runs this */
	node?: string;
	/** @default a free port */
	port?: number;
	/** @default "us-east-1" */
	region?: string;
}

export interface Emulator {
	/** Endpoint of every AWS service, without trailing slash. */
	readonly url: string;
	readonly port: number;
	readonly region: string;
	readonly accountId: string;
	readonly pid: number;
	readonly logFile: string;
	/** Whether it answers now. */
	health(): Promise<boolean>;
	stop(): Promise<void>;
}

/**
 * Starts it and waits until it answers.
 * @throws {TriplaneError} with the end of its log, when it does not start within a minute or ends at once
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
	const { python, runDir, spawn, node = process.execPath, region = DEFAULT_REGION } = options;
	await access(python).catch((cause) => {
		throw new TriplaneError(`No Python is at ${python}: run the set-up (node setup.mjs) first.`, { cause });
	});
	const port = options.port ?? (await freePort());
	const directory = join(runDir, "emulator");
	const folders = { temporary: join(directory, "tmp"), state: join(directory, "state"), s3: join(directory, "s3") };
	await Promise.all(Object.values(folders).map((folder) => mkdir(folder, { recursive: true })));
	// A checkout may be an ES module package; the emulator's worker script, a .js file below it, is CommonJS.
	await writeFile(join(folders.temporary, "package.json"), '{"type":"commonjs"}');
	const logFile = join(directory, "emulator.log");
	const url = `http://127.0.0.1:${port}`;
	const child = await spawn(python, [fileURLToPath(new URL("./launcher.py", import.meta.url))], {
		name: "emulator",
		cwd: directory,
		logFile,
		env: {
			PATH: [dirname(node), process.env.PATH ?? ""].join(delimiter),
			HOME: directory,
			TMPDIR: folders.temporary,
			STATE_DIR: folders.state,
			S3_DATA_DIR: folders.s3,
			GATEWAY_PORT: String(port),
			BIND_HOST: "127.0.0.1",
			// Listeners of other protocols, which know no other host than all of them.
			IOT_MTLS_ENABLED: "0",
			SFTP_ENABLED: "0",
			AUTH: "true",
			LAMBDA_ACCOUNT_CONCURRENCY: String(ACCOUNT_CONCURRENCY_LIMIT),
			MINISTACK_ACCOUNT_ID: EMULATOR_ACCOUNT,
			MINISTACK_REGION: region,
			LOG_LEVEL: "WARNING",
			PYTHONDONTWRITEBYTECODE: "1",
			PYTHONUNBUFFERED: "1",
		},
	});
	let ended = false;
	void child.exited.then(() => {
		ended = true;
	});
	const health = () => answers(`${url}/_ministack/health`);
	for (const deadline = Date.now() + START_SECONDS * 1000; !(await health()); await sleep(POLL_MS)) {
		if (!ended && Date.now() < deadline) continue;
		await child.stop();
		throw new TriplaneError(
			`The embedded AWS ${ended ? "ended at its start" : `did not answer within ${START_SECONDS} s`}. The end of ${logFile}:\n${await tail(logFile)}`,
		);
	}
	return {
		url,
		port,
		region,
		accountId: EMULATOR_ACCOUNT,
		pid: child.pid,
		logFile,
		health,
		stop: async () => {
			await child.stop();
		},
	};
}

async function answers(url: string): Promise<boolean> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
		await response.arrayBuffer();
		return response.ok;
	} catch {
		// Not listening (yet, or any more) is an answer here.
		return false;
	}
}

async function tail(file: string): Promise<string> {
	const text = await readFile(file, "utf8").catch(() => "(no log)");
	return text.trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n");
}
