/**
 * A small checkout in a temporary folder with the real set-up in it, and stand-ins for npm, Python, curl, Go and Pulumi on its PATH.
 * The stand-ins write down that they ran, and leave behind what the real ones would.
 */
import { type ChildProcess, spawn } from "node:child_process";
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PARTS = [
	"setup.mjs",
	"setup",
	"sandbox/engine/find.mjs",
	"sandbox/processes/table.mjs",
	"sandbox/requirements.txt",
	"samples/requirements.txt",
];

/** What a stand-in does after it has written down its name. `$HERE` is the checkout, `$DELAY` a number of seconds. */
const STAND_INS: Readonly<Record<string, string>> = {
	npm: `
		[ "$1" = ci ] || exit 0
		rm -rf node_modules && mkdir -p node_modules/chai
		sleep $DELAY
		cp package-lock.json node_modules/.package-lock.json`,
	"python3.13": `
		case "$1" in -c) echo "3 13 ready"; exit 0;; esac
		mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
		sleep $DELAY`,
	curl: "exit 28",
	go: `
		[ "$1" = env ] && echo go1.25.0 && exit 0
		while [ "$1" != "-o" ]; do shift; done
		sleep $DELAY
		cp "$HERE/pulumi-to-build" "$2"`,
};

interface Outcome {
	code: number | null;
	output: string;
}

export interface Checkout {
	readonly directory: string;
	readonly home: string;
	/** Starts a set-up; `delaySeconds` is what each tool takes. */
	start(options?: { args?: string[]; delaySeconds?: number }): { child: ChildProcess; ended: Promise<Outcome> };
	/** The tools' calls so far, as in "npm ci". */
	calls(): string[];
	/** Replaces a stand-in, or removes it. */
	standIn(name: string, body: string | undefined): void;
	remove(): void;
}

/** @param options.pulumi version that a `pulumi` on PATH says. @default none is on PATH */
export function createCheckout(options: { pulumi?: string } = {}): Checkout {
	const directory = mkdtempSync(join(tmpdir(), "triplane-setup-"));
	const bin = join(directory, "bin");
	const home = join(directory, "home");
	for (const part of PARTS) cpSync(join(ROOT, part), join(directory, part), { recursive: true });
	for (const folder of [bin, home, join(directory, "sandbox/engine/go")]) mkdirSync(folder, { recursive: true });
	const lock = { packages: { "": {}, "node_modules/chai": { version: "6.3.0" } } };
	writeFileSync(join(directory, "package-lock.json"), JSON.stringify(lock));
	for (const tool of ["sh", "mkdir", "rm", "cp", "sleep"])
		for (const folder of ["/bin", "/usr/bin"])
			if (existsSync(join(folder, tool)) && !existsSync(join(bin, tool)))
				symlinkSync(join(folder, tool), join(bin, tool));

	const script = (file: string, body: string) => {
		writeFileSync(file, `#!/bin/sh\n${body}\n`);
		chmodSync(file, 0o755);
	};
	const standIn = (name: string, body: string | undefined) => {
		if (body === undefined) rmSync(join(bin, name), { force: true });
		else script(join(bin, name), `HERE='${directory}'\necho "\${0##*/} $1" >> "$HERE/calls"\n${body}`);
	};
	for (const [name, body] of Object.entries(STAND_INS)) standIn(name, body);
	script(join(directory, "pulumi-to-build"), "echo v3.259.0");
	if (options.pulumi !== undefined) script(join(bin, "pulumi"), `echo ${options.pulumi}`);

	return {
		directory,
		home,
		start({ args = [], delaySeconds = 0 } = {}) {
			const child = spawn(process.execPath, [join(directory, "setup.mjs"), ...args], {
				cwd: dirname(directory),
				env: { PATH: bin, HOME: home, DELAY: String(delaySeconds) },
				stdio: ["ignore", "pipe", "pipe"],
			});
			let output = "";
			for (const stream of [child.stdout, child.stderr])
				stream.on("data", (chunk: Buffer) => {
					output += chunk.toString();
				});
			const ended = new Promise<Outcome>((resolve) => child.once("close", (code) => resolve({ code, output })));
			return { child, ended };
		},
		calls: () => {
			const file = join(directory, "calls");
			if (!existsSync(file)) return [];
			return readFileSync(file, "utf8").trimEnd().split("\n");
		},
		standIn,
		remove: () => rmSync(directory, { recursive: true, force: true }),
	};
}
