/**
 * Tests of the whole set-up as a process, with stand-ins for the tools that it runs: what it runs, when, and what it says.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { isAlive, until } from "../support/processes/watching.ts";
import { type Checkout, createCheckout } from "../support/setup/checkout.ts";

const EVERYTHING = ["npm --version", "python3.13 -c", "npm ci", "python3.13 -c", "python3.13 -m", "python -m"];
const BUILD = ["curl -fsSL", "go env", "go build"];

describe("setup", function () {
	this.timeout(30_000);
	let checkout: Checkout;
	const use = (options?: Parameters<typeof createCheckout>[0]) => {
		checkout = createCheckout(options);
		return checkout;
	};
	afterEach(() => checkout.remove());

	const record = () => JSON.parse(readFileSync(join(checkout.directory, ".sandbox/tools/engine.json"), "utf8"));
	const toolOf = (directory: string): number =>
		JSON.parse(readFileSync(join(directory, ".sandbox/tools/setup.lock"), "utf8")).tool.pid;
	const leftovers = () => ["setup.lock"].filter((name) => existsSync(join(checkout.directory, ".sandbox/tools", name)));

	it("gets everything that a fresh clone lacks, building the engine where it cannot be downloaded", async () => {
		const { start, calls, home } = use();
		const { code, output } = await start().ended;
		expect(output).to.match(/^Installing the npm packages …\nInstalling the npm packages: done in \d+ s$/m);
		expect(output).to.contain("The official download cannot be had from here; building the engine instead.\n");
		expect(code).to.equal(0);
		expect(calls()).to.deep.equal([...EVERYTHING, ...BUILD]);
		const command = join(home, ".pulumi/versions/3.259.0/bin/pulumi");
		expect(record()).to.deep.include({ version: "3.259.0", source: "built", command });
		expect(leftovers()).to.deep.equal([]);
	});

	it("does nothing and says nothing when all is there", async () => {
		const { start, calls } = use();
		await start().ended;
		const before = calls();
		expect(await start().ended).to.deep.equal({ code: 0, output: "" });
		expect(calls()).to.deep.equal(before);
	});

	it("takes a new enough engine from PATH and fetches none", async () => {
		const { start, calls, directory } = use({ pulumi: "v3.260.1" });
		expect((await start().ended).code).to.equal(0);
		expect(calls()).to.deep.equal(EVERYTHING);
		const command = join(directory, "bin/pulumi");
		expect(record()).to.deep.include({ version: "3.260.1", source: "path", command });
	});

	it("takes no engine that is too old or of another major version", async () => {
		for (const pulumi of ["v3.258.9", "v4.0.0", "v3.259.0-rc.1", "no version"]) {
			const { start, remove } = use({ pulumi });
			const { output } = await start({ args: ["--check"] }).ended;
			expect(output).to.contain("Pulumi engine: no Pulumi 3.259.0 or newer on PATH or in ");
			if (pulumi !== "no version") remove();
		}
	});

	it("prefers the official download to a build", async () => {
		const { start, calls, standIn } = use();
		// curl -fsSL --connect-timeout 10 --max-time 30 -o FILE URL; the installer gets --install-root FOLDER third.
		standIn("curl", `printf 'mkdir -p "$3/bin" && cp "%s/pulumi-to-build" "$3/bin/pulumi"' "$HERE" > "$7"`);
		expect((await start().ended).code).to.equal(0);
		expect(calls().slice(EVERYTHING.length)).to.deep.equal(["curl -fsSL"]);
		expect(record()).to.deep.include({ version: "3.259.0", source: "download" });
	});

	it("builds when the download is not the engine that was asked for", async () => {
		const { start, standIn } = use();
		standIn("curl", `printf 'mkdir -p "$3/bin" && echo not an engine > "$3/bin/pulumi"' > "$7"`);
		expect((await start().ended).code).to.equal(0);
		expect(record()).to.deep.include({ version: "3.259.0", source: "built" });
	});

	for (const file of ["sandbox/requirements.txt", "samples/requirements.txt"])
		it(`makes only the Python environment anew when ${file} changes`, async () => {
			const { start, calls, directory } = use();
			await start().ended;
			const before = calls().length;
			appendFileSync(join(directory, file), "ministack==1.5.34\n");
			expect((await start().ended).code).to.equal(0);
			expect(calls().slice(before)).to.deep.equal(["python3.13 -c", "python3.13 -c", "python3.13 -m", "python -m"]);
		});

	it("says all at once what only the user can install, and installs nothing", async () => {
		const { start, standIn, directory } = use();
		standIn("npm", undefined);
		standIn("python3.13", `echo "3 9 ready"`);
		const { code, output } = await start().ended;
		expect(code).to.equal(1);
		expect(output).to.equal(
			"npm is missing: install it; it comes with Node from https://nodejs.org.\n" +
				"Python 3.9 is too old: install Python 3.10 or newer; the emulator and the sample trainer need it.\n",
		);
		expect(existsSync(join(directory, "node_modules"))).to.equal(false);
	});

	it("says that Go is missing where the engine must be built", async () => {
		const { start, standIn } = use();
		standIn("go", undefined);
		const { code, output } = await start().ended;
		expect(code).to.equal(1);
		expect(output).to.match(
			/^Go is missing: install Go 1\.21 or newer .*could not be downloaded and must be built\.$/m,
		);
	});

	it("shows the beginning and the end of a long output", async () => {
		const { start, standIn } = use({ pulumi: "v3.259.0" });
		standIn(
			"npm",
			`[ "$1" = ci ] || exit 0; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "line $i"; echo "more $i"; done; exit 1`,
		);
		const { output } = await start().ended;
		expect(output).to.contain("It said:\n  line 1\n  more 1\n  line 2\n  more 2\n  line 3\n  … (7 lines)\n  line 7\n");
		expect(output).to.contain("  line 12\n  more 12\nAll of it is in ");
	});

	it("shows what a failing tool said, and goes on where it stopped the next time", async () => {
		const { start, standIn, calls } = use({ pulumi: "v3.259.0" });
		standIn("python3.13", `[ "$1" = -c ] && echo "3 13 ready" && exit 0; echo "disk full" >&2; exit 7`);
		const { code, output } = await start().ended;
		expect(code).to.equal(1);
		expect(output).to.match(/"python3\.13 -m venv .*" failed \(exit 7\)\. It said:\n {2}disk full\nAll of it is in /);
		const npmRuns = () => calls().filter((call) => call === "npm ci").length;
		expect(npmRuns()).to.equal(1);
		expect((await start().ended).code).to.equal(1);
		expect(npmRuns()).to.equal(1);
	});

	it("checks without changing anything, and exits 1 when something is missing", async () => {
		const { start, directory, calls } = use();
		const { code, output } = await start({ args: ["--check"] }).ended;
		expect(code).to.equal(1);
		expect(output).to.match(
			/^npm packages: not installed\nPython environment: not made yet\nPulumi engine: no Pulumi 3/,
		);
		expect(calls()).to.deep.equal([]);
		expect(existsSync(join(directory, ".sandbox"))).to.equal(false);
	});

	it("refuses an option that it does not know", async () => {
		const { code, output } = await use().start({ args: ["--chekc"] }).ended;
		expect(code).to.equal(2);
		expect(output).to.match(/^There is no option --chekc\.\n\nUsage: /);
	});

	it("does the work once when two run at the same time, and the second says that it waits", async () => {
		const { start, calls, directory } = use();
		const first = start({ delaySeconds: 0.5 });
		await until("the first holds the lock", () => existsSync(join(directory, ".sandbox/tools/setup.lock")));
		const second = start({ delaySeconds: 0.5 });
		const [one, two] = await Promise.all([first.ended, second.ended]);
		expect([one.code, two.code]).to.deep.equal([0, 0]);
		expect(two.output).to.equal(
			`Another set-up of this checkout is at work (process ${first.child.pid}); waiting for it.\n`,
		);
		expect(calls()).to.deep.equal([...EVERYTHING, ...BUILD]);
	});

	it("repairs what a killed set-up left half-done, and ends the tool that it left running", async () => {
		const { start, calls, directory } = use();
		const killed = start({ delaySeconds: 20 });
		await until("npm is in the middle of its work", () => existsSync(join(directory, "node_modules/chai")));
		killed.child.kill("SIGKILL");
		await killed.ended;
		const tool = toolOf(directory);
		expect(isAlive(tool)).to.equal(true);
		expect((await start().ended).code).to.equal(0);
		expect(isAlive(tool)).to.equal(false);
		expect(calls().filter((call) => call === "npm ci")).to.have.length(2);
		expect(existsSync(join(directory, "node_modules/.package-lock.json"))).to.equal(true);
		expect(leftovers()).to.deep.equal([]);
	});

	it("repairs an engine's build that was killed, and leaves nothing of it", async () => {
		const { start, home, calls } = use();
		const killed = start({ delaySeconds: 0.5 });
		await until("the build is at work", () => calls().includes("go build"));
		killed.child.kill("SIGKILL");
		await killed.ended;
		expect((await start().ended).code).to.equal(0);
		expect(record()).to.deep.include({ source: "built" });
		expect(readdirSync(join(home, ".pulumi/versions"))).to.deep.equal(["3.259.0"]);
	});

	it("ends the tool and gives the lock back on Ctrl-C", async () => {
		const { start, directory } = use();
		const { child, ended } = start({ delaySeconds: 20 });
		await until("npm is in the middle of its work", () => existsSync(join(directory, "node_modules/chai")));
		const tool = toolOf(directory);
		child.kill("SIGINT");
		expect((await ended).code).to.equal(130);
		await until("npm has ended", () => !isAlive(tool));
		expect(leftovers()).to.deep.equal([]);
	});

	it("takes over a lock file that nobody living has written", async () => {
		const { start, directory } = use();
		mkdirSync(join(directory, ".sandbox/tools"), { recursive: true });
		writeFileSync(join(directory, ".sandbox/tools/setup.lock"), "garbage");
		expect((await start().ended).code).to.equal(0);
	});
});
