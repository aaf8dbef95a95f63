/**
 * Tests of the lock with real processes: one at a time, also when all of them find the same dead holder.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { acquireLock } from "../../setup/lock.mjs";

const CONTENDER = fileURLToPath(new URL("../support/setup/contender.ts", import.meta.url));
const CONTENDERS = 6;

describe("setup/lock", function () {
	this.timeout(30_000);
	let directory: string;
	let file: string;
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "triplane-lock-"));
		file = join(directory, "setup.lock");
	});
	afterEach(() => rmSync(directory, { recursive: true, force: true }));

	const contend = async (): Promise<string[]> => {
		const log = join(directory, "log");
		const contenders = Array.from({ length: CONTENDERS }, () =>
			spawn(process.execPath, [CONTENDER, file, log], { stdio: "inherit" }),
		);
		await Promise.all(contenders.map((child) => new Promise((resolve) => child.once("exit", resolve))));
		const lines = readFileSync(log, "utf8").trimEnd().split("\n");
		rmSync(log);
		return lines;
	};
	const expectOneAtATime = (lines: string[]) => {
		expect(lines).to.have.length(2 * CONTENDERS);
		for (let i = 0; i < lines.length; i += 2) {
			expect(lines[i]).to.match(/^in \d+$/);
			expect(lines[i + 1]).to.equal(lines[i]?.replace("in", "out"));
		}
	};

	it("lets one in at a time, and leaves nothing behind", async () => {
		expectOneAtATime(await contend());
		expect(readdirSync(directory)).to.deep.equal([]);
	});

	it("lets one in at a time when all of them find a dead holder", async () => {
		writeFileSync(file, JSON.stringify({ token: "0123456789abcdef", pid: process.pid, started: "long ago" }));
		expectOneAtATime(await contend());
		expect(readdirSync(directory)).to.deep.equal([]);
	});

	it("does not release what another has taken over", async () => {
		const lock = await acquireLock(file);
		const other = JSON.stringify({ token: "another", pid: process.pid, started: "now" });
		writeFileSync(file, other);
		lock.release();
		expect(readFileSync(file, "utf8")).to.equal(other);
	});
});
