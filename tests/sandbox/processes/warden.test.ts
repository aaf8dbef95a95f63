/**
 * Tests of the warden with real processes and real signals: nothing that it watches may outlive its parent.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { startWarden } from "../../../sandbox/processes/warden.ts";
import { familyOf, isAlive, until } from "../../support/processes/watching.ts";

const PARENT = fileURLToPath(new URL("../../support/processes/parent.ts", import.meta.url));
const FAMILY = fileURLToPath(new URL("../../support/processes/family.mjs", import.meta.url));

describe("sandbox/processes/warden", function () {
	this.timeout(30_000);
	let directory: string;
	let logFile: string;
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "triplane-warden-"));
		logFile = join(directory, "family.log");
	});
	afterEach(() => rmSync(directory, { recursive: true, force: true }));

	it("leaves no process of the family, however the parent ends", async () => {
		const endings = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "crash"] as const;
		await Promise.all(
			endings.map(async (ending) => {
				const log = join(directory, ending);
				const parent = spawn(process.execPath, [PARENT, log, ending], { stdio: "ignore", detached: true });
				const family = await familyOf(log);
				expect(family).to.have.length(4);
				if (ending !== "crash") expect(family.filter(isAlive)).to.deep.equal(family);
				if (ending !== "crash") parent.kill(ending);
				await until(`the family has ended after ${ending}`, () => !family.some(isAlive));
			}),
		);
	});

	it("stops one child with its whole family and leaves the other children alone", async () => {
		const warden = await startWarden();
		const stopped = await warden.spawn(process.execPath, [FAMILY], { logFile });
		const other = await warden.spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
		const family = await familyOf(logFile);
		expect(await stopped.stop({ graceSeconds: 1 })).to.deep.equal({ code: null, signal: "SIGTERM" });
		expect(family.filter(isAlive)).to.deep.equal([]);
		expect(isAlive(other.pid)).to.equal(true);
		await warden.close({ graceSeconds: 1 });
		expect(isAlive(other.pid)).to.equal(false);
	});

	it("forces a child that does not heed SIGTERM within the grace", async () => {
		const warden = await startWarden();
		const stubborn = `process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1000)`;
		const child = await warden.spawn(process.execPath, ["-e", stubborn], { logFile });
		await until("the child is ready", () => readFileSync(logFile, "utf8") === "ready\n");
		const startedAt = Date.now();
		expect(await child.stop({ graceSeconds: 0.5 })).to.deep.equal({ code: null, signal: "SIGKILL" });
		expect(Date.now() - startedAt).to.be.within(400, 5000);
		await warden.close();
	});

	it("lets a child end by itself, and says how", async () => {
		const warden = await startWarden();
		const child = await warden.spawn(process.execPath, ["-e", "console.log(process.env.WORD); process.exit(3)"], {
			env: { WORD: "heard" },
			logFile,
		});
		expect(await child.exited).to.deep.equal({ code: 3, signal: null });
		expect(readFileSync(logFile, "utf8")).to.equal("heard\n");
		await warden.close();
	});

	it("names the command that cannot be started", async () => {
		const warden = await startWarden();
		let message = "";
		await warden.spawn("no-such-command-of-triplane", []).catch((error: Error) => {
			message = error.message;
		});
		expect(message).to.equal(
			'"no-such-command-of-triplane" could not be started: spawn no-such-command-of-triplane ENOENT.',
		);
		await warden.close();
	});
});
