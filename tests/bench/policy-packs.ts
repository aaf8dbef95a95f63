/**
 * Packs to measure ours against, each in a folder of its own below .sandbox/bench: an empty one, and Pulumi's own for AWS,
 * which pins old dependencies and is installed when it is first asked for.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Unmeasured } from "./bench.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".sandbox/bench");
const AWSGUARD = "0.3.1";

/** The folder of our own pack. */
export const OURS = join(ROOT, "policies");

/** The folder of a pack without a policy. */
export const emptyPack = (): string =>
	writePack("empty", {}, 'new (require("@pulumi/policy").PolicyPack)("empty", { policies: [] });\n');

/** The folder of `@pulumi/awsguard` with all of its policies advisory, or why there is none. */
export async function awsGuardPack(): Promise<string | Unmeasured> {
	const script = 'const { AwsGuard } = require("@pulumi/awsguard");\nnew AwsGuard({ all: "advisory" });\n';
	const folder = writePack("awsguard", { "@pulumi/awsguard": AWSGUARD }, script);
	if (existsSync(join(folder, "node_modules/@pulumi/awsguard"))) return folder;
	try {
		const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund"];
		await promisify(execFile)("npm", args, { cwd: folder });
		return folder;
	} catch (error) {
		return { why: `@pulumi/awsguard ${AWSGUARD} could not be installed (${String(error).split("\n")[0]})` };
	}
}

function writePack(name: string, dependencies: Record<string, string>, script: string): string {
	const folder = join(FOLDER, name);
	mkdirSync(folder, { recursive: true });
	const manifest = { name: `bench-${name}`, version: "0.0.0", private: true, main: "index.cjs", dependencies };
	writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
	writeFileSync(join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\n");
	writeFileSync(join(folder, "index.cjs"), script);
	return folder;
}
