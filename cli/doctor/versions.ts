/** The doctor's checks of this machine: what `pulumi up` on AWS itself needs, beside an account. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Check, ok, problem } from "./check.ts";

const NODE_MINIMUM = [22, 18] as const;
const PULUMI_MINIMUM = [3, 259] as const;
const ASK_TIMEOUT_MS = 20_000;

/** Whether a version such as "v3.259.0" is at least [3, 259]. */
export function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
	const [, foundMajor, foundMinor] = /^v?(\d+)\.(\d+)/.exec(version.trim()) ?? [];
	if (foundMajor === undefined || foundMinor === undefined) return false;
	return Number(foundMajor) > major || (Number(foundMajor) === major && Number(foundMinor) >= minor);
}

const versionOf = async (command: string, ...args: string[]): Promise<string | undefined> => {
	try {
		return (await promisify(execFile)(command, args, { timeout: ASK_TIMEOUT_MS })).stdout.trim();
	} catch {
		return undefined;
	}
};

export function versionChecks(checkout: string): Check[] {
	return [
		{
			name: "Node",
			run: async () => {
				const found = (await versionOf("node", "--version")) ?? "none";
				return isAtLeast(found, NODE_MINIMUM)
					? ok(found)
					: problem(`${found} is first on PATH`, `put Node ${NODE_MINIMUM.join(".")} or newer first: Pulumi runs it`);
			},
		},
		{
			name: "Pulumi",
			run: async () => {
				const found = (await versionOf("pulumi", "version")) ?? "none";
				return isAtLeast(found, PULUMI_MINIMUM)
					? ok(found)
					: problem(`${found} on PATH`, `install the Pulumi CLI, v${PULUMI_MINIMUM.join(".")}.0 or newer`);
			},
		},
		{
			name: "packages",
			run: async () =>
				existsSync(join(checkout, "node_modules", "@pulumi", "aws"))
					? ok("installed")
					: problem("node_modules is missing", "run `npm ci`"),
		},
	];
}
