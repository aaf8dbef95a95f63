import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { sourceOf } from "../../../cli/check/source.ts";
import type { Finding } from "../../../policies/report.ts";
import { writePrograms } from "../../support/check-programs.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const fixture = (path: string): string => join(root, "tests/fixtures/check", path);
const careless = join(root, "tests/programs/careless.ts");

/** Runs the command as a user does. */
function check(...args: string[]): { status: number | null; stdout: string; stderr: string } {
	const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "cli/main.ts"), "check", ...args], {
		cwd: root,
		encoding: "utf8",
	});
	return { status, stdout, stderr };
}

const UNINTERRUPTED = new Promise<never>(() => {});

/** Why something cannot be judged. */
const refusalOf = (entry: string | undefined, options: { state?: string; stack?: string } = {}): Promise<string> =>
	sourceOf(entry, { timeoutSeconds: 1, ...options }, UNINTERRUPTED).then(
		() => "it was judged",
		(error: Error) => `${error.name}: ${error.message}`,
	);

const findingsOf = (...args: string[]): Finding[] => JSON.parse(check(...args, "--format", "json").stdout).findings;

describe("triplane check", function () {
	// The AWS SDK of Pulumi takes seconds to load.
	this.timeout(60_000);
	let folder: string;
	before(() => {
		folder = mkdtempSync(join(tmpdir(), "triplane-check-"));
		writePrograms(folder);
	});
	after(() => rmSync(folder, { recursive: true }));
	const program = (name: string): string => join(folder, name);
	const file = (name: string, text: string): string => {
		const path = join(folder, name);
		writeFileSync(path, text);
		return path;
	};

	describe("of a program", () => {
		it("finds what the policies find in the engine's own preview of it", () => {
			const fingerprints = (...args: string[]) =>
				findingsOf(...args).map(({ level, fingerprint }) => `${level} ${fingerprint}`);
			const ofProgram = fingerprints(careless);
			expect(ofProgram).to.include("mandatory function-reserved-concurrency aws:lambda/function:Function::recommend");
			expect(ofProgram).to.deep.equal(fingerprints("--preview", fixture("preview.json")));
		});

		it("accepts one that keeps the charter, with the settings of its stack and TypeScript of any kind", () => {
			const { status, stdout, stderr } = check(program("shop/index.ts"), "--stack", "prod");
			expect({ status, stderr }).to.deep.equal({
				status: 0,
				stderr:
					"printed by the program: prod, 3, [encrypted], eu-west-1 true\nNote: aws:ec2/getAmi:getAmi has no answer without a cloud, so its result was taken as not known yet.\n",
			});
			expect(stdout).to.match(/\n?0 mandatory violations, .*: 2 resources judged by \d+ policies\.\n$/);
		});

		it("cannot judge one that ends itself, hangs, waits for nothing or throws, and says so in a sentence", () => {
			const cases: [string, RegExp][] = [
				["exits.ts", /exits\.ts ended itself \(exit code 3\) before all its resources were registered\. /],
				["waits.mts", /waits\.mts ended itself \(exit code \d+\) before all its resources were registered\. /],
				["busy.ts", /busy\.ts was not done after 2 s\. Give it longer by --timeout-seconds, /],
				["throws.ts", /throws\.ts threw at .*throws\.ts:\d+:\d+: no such thing\. Mend that first\. /],
				["asks.ts", /asks\.ts threw at .*It had asked aws:ec2\/getAmi:getAmi, which only a cloud can answer\. /],
			];
			for (const [name, message] of cases) {
				const { status, stdout, stderr } = check(program(name), "--timeout-seconds", name === "busy.ts" ? "2" : "50");
				expect({ status, stdout }, name).to.deep.equal({ status: 2, stdout: "" });
				expect(stderr).to.match(message);
			}
		});

		it("says what is wrong with a path that is no program, or a stack that has no settings", async () => {
			expect(await refusalOf("nowhere.ts")).to.match(/^Unjudgeable: There is no program .*nowhere\.ts\. Give the path/);
			expect(await refusalOf("tests")).to.match(/tests is a folder\. Give the path of the program's entry in it/);
			expect(await refusalOf("README.md")).to.contain("is no TypeScript or JavaScript, which is all that can be run");
			expect(await refusalOf(careless, { stack: "no" })).to.contain(
				'settings of stack "no" are unknown. Correct --stack.',
			);
			for (const refusal of [await refusalOf(undefined), await refusalOf(careless, { state: "state.json" })])
				expect(refusal).to.match(/^Unjudgeable: Name one thing to judge: a program, /);
		});
	});

	describe("of a file", () => {
		it("judges a stack's state, and writes the report where it is told", () => {
			const output = join(folder, "report.md");
			const args = ["--state", fixture("state.json"), "--format", "markdown", "--output", output];
			expect(check(...args)).to.deep.equal({ status: 1, stdout: "", stderr: "" });
			expect(readFileSync(output, "utf8")).to.match(/^### ❌ Charter: .*mandatory violations/s);
		});

		it("cannot judge a file that is empty, cut off, huge, something else or not there", async () => {
			const huge = file("huge.json", "{");
			truncateSync(huge, 500 * 1024 * 1024);
			const cases: [string, string][] = [
				[file("empty.json", ""), "is empty. Give the output of `pulumi stack export`."],
				[file("cut.json", '{"version":3,'), "is no JSON, or was cut off ("],
				[file("other.json", '{"name":"shop"}'), "is JSON, but not the output of `pulumi stack export`: version"],
				[huge, "has 500 MB, and at most 400 can be read."],
				[folder, "is a folder. Give the path of a file."],
				[join(folder, "none.json"), "cannot be read: ENOENT"],
			];
			for (const [path, message] of cases)
				expect(await refusalOf(undefined, { state: path })).to.contain(`Unjudgeable: ${path} ${message}`);
			const { status, stdout, stderr } = check("--state", huge);
			expect({ status, stdout }).to.deep.equal({ status: 2, stdout: "" });
			expect(stderr).to.match(/^.*huge\.json has 500 MB, .*\n$/);
		});
	});

	describe("with the pack's config", () => {
		it("takes levels and exceptions from JSON or YAML, and lists the exceptions", () => {
			const config = file(
				"pack.yaml",
				[
					"all: advisory",
					"charter:",
					"  exceptions:",
					"    - rule: log-retention",
					"      resource: '*::orders'",
					"      reason: kept for the audit of the year",
					"      owner: shop",
					"      ticket: SHOP-1",
					"      expiry: 2999-12-31",
				].join("\n"),
			);
			const { status, stdout } = check("--state", fixture("state.json"), "--config", config);
			expect(status, stdout).to.equal(0);
			expect(stdout).to.contain(
				"Exception in force: log-retention on *::orders accepts 1 until 2999-12-31: kept for the audit of the year (shop, SHOP-1).",
			);
		});

		it("cannot judge by a config that the engine would refuse", () => {
			const { status, stderr } = check(
				"--state",
				fixture("state.json"),
				"--config",
				file("pack.json", '{"all":"off"}'),
			);
			expect(status).to.equal(2);
			expect(stderr).to.contain("pack.json is no config of the pack: all: expected a level");
		});
	});

	describe("with a baseline", () => {
		it("blocks on nothing that was there when it was written, and on what is new", () => {
			const baseline = join(folder, "baseline.json");
			const state = JSON.parse(readFileSync(fixture("state.json"), "utf8"));
			expect(check("--state", fixture("state.json"), "--write-baseline", baseline).status).to.equal(0);
			expect(check("--state", fixture("state.json"), "--baseline", baseline).status).to.equal(0);

			const { resources } = state.deployment;
			const group = resources.find(({ type }: { type: string }) => type === "aws:cloudwatch/logGroup:LogGroup");
			resources.push({ ...group, urn: group.urn.replace(/orders$/, "returns") });
			const after = file("after.json", JSON.stringify(state));
			expect(check("--state", after, "--baseline", baseline).status).to.equal(1);
			const blocking = findingsOf("--state", after, "--baseline", baseline).filter(
				({ level, isKnown }) => level === "mandatory" && !isKnown,
			);
			expect([...new Set(blocking.map(({ resource }) => resource?.name))]).to.deep.equal(["returns"]);
		});

		it("cannot judge by a file that is none", () => {
			const { status, stderr } = check("--state", fixture("state.json"), "--baseline", fixture("state.json"));
			expect(status).to.equal(2);
			expect(stderr).to.contain("state.json is no baseline: version: ");
		});
	});

	it("explains its options and exit codes, and refuses what it does not know", () => {
		const { status, stdout } = check("--help");
		expect(status).to.equal(0);
		for (const words of ["--write-baseline <file>", "0  no mandatory violation", '"sarif"'])
			expect(stdout).to.contain(words);
		expect(check("x.ts", "--format", "xml").status).to.equal(2);
		expect(check("x.ts", "--timeout-seconds", "soon").stderr).to.contain("Give a number of seconds above 0.");
	});
});
