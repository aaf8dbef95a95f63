import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const root = join(import.meta.dirname, "../../..");
/** What the script writes to, and what the tests of a policy read. */
const PARTS = [
	"policies",
	"charter",
	"docs/policies",
	"tests/policies",
	"tests/programs",
	"tests/support",
	"biome.json",
];

const run = (folder: string, args: readonly string[]) =>
	new Promise<{ exitCode: number; output: string }>((resolve) => {
		execFile(process.execPath, args, { cwd: folder, env: { ...process.env, NODE_OPTIONS: "" } }, (error, out, err) =>
			resolve({ exitCode: typeof error?.code === "number" ? error.code : error ? 1 : 0, output: out + err }),
		);
	});

/** Names and contents of all files, so that nothing written goes unnoticed. */
async function contentOf(folder: string): Promise<Record<string, string>> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
	return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(file, "utf8")])));
}

describe("policies/authoring/new", function () {
	this.timeout(60_000);
	let folder: string;

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), "triplane-authoring-"));
		for (const part of PARTS) {
			await mkdir(join(folder, part, ".."), { recursive: true });
			await cp(join(root, part), join(folder, part), { recursive: true, filter: (path) => !path.endsWith("dist") });
		}
		await cp(join(root, "package.json"), join(folder, "package.json"));
		await symlink(join(root, "node_modules"), join(folder, "node_modules"));
	});

	after(() => rm(folder, { recursive: true, force: true }));

	const create = (...args: string[]) => run(folder, ["policies/authoring/new.ts", ...args]);
	const test = (...args: string[]) =>
		run(folder, ["node_modules/mocha/bin/mocha.js", "--no-config", "--timeout", "60000", ...args]);

	for (const [args, reason] of [
		[[], "Give one name."],
		[["one", "two"], "Give one name."],
		[["Queue_Redrive"], '"Queue_Redrive" cannot be a policy\'s name: use two or more words'],
		[["../escape"], '"../escape" cannot be a policy\'s name'],
		[["class"], '"class" cannot be a policy\'s name'],
		[["cannot-tell"], '"cannot-tell" cannot be a policy\'s name'],
		[["charter"], '"charter" cannot be a policy\'s name'],
		[["a".repeat(61)], "cannot be a policy's name"],
		[["timeout-chain"], 'The pack has a policy "timeout-chain" already'],
		[["new-rule", "--family", "none"], 'The pack has no family "none": choose one of capacity, core'],
		[["new-rule", "--famly", "core"], "Unknown option '--famly'"],
	] as const)
		it(`refuses ${JSON.stringify(args)} in one sentence, and writes nothing`, async () => {
			const before = await contentOf(join(folder, "policies"));
			const { exitCode, output } = await create(...args);
			expect(exitCode).to.equal(1);
			expect(output).to.contain(reason);
			expect(output.trim().split("\n")).to.have.length(1);
			expect(await contentOf(join(folder, "policies"))).to.deep.equal(before);
		});

	it("writes policies that are green at once, in any family: registry, own tests, programs, format and lint", async () => {
		for (const args of [["repository-tags"], ["second-rule", "--family", "perimeter"]]) {
			const { exitCode, output } = await create(...args);
			expect(exitCode, output).to.equal(0);
		}
		const names = ["repository-tags", "second-rule"];
		const own = names.map((name) => `tests/policies/rules/${name}.test.ts`);
		const tested = await test("tests/policies/registry.test.ts", ...own);
		expect(tested.exitCode, tested.output).to.equal(0);
		expect(tested.output).to.contain("18 passing");
		const programs = await test(
			"tests/policies/programs.test.ts",
			"--grep",
			"/^tests\\/programs (repository-tags|second-rule)\\./",
		);
		expect(programs.exitCode, programs.output).to.equal(0);
		expect(programs.output).to.contain("4 passing");
		const linted = await run(folder, ["node_modules/@biomejs/biome/bin/biome", "check", "policies", "charter", ...own]);
		expect(linted.exitCode, linted.output).to.equal(0);
	});

	it("comes out at the rule that docs/authoring.md walks through", async () => {
		const name = "stream-outlasts-weekend";
		const { exitCode, output } = await create(name, "--family", "delivery");
		expect(exitCode, output).to.equal(0);
		const text = await readFile(join(root, "docs/authoring.md"), "utf8");
		const [rule = "", fails = "", tests = "", ...more] = [...text.matchAll(/```ts\n(.*?)```/gs)].map(
			([, code = ""]) => code,
		);
		expect(more).to.deep.equal([]);
		await writeFile(join(folder, `policies/rules/${name}.ts`), rule);
		await writeFile(join(folder, `tests/programs/${name}.fail.ts`), fails);
		const passes = fails.replace("{ shardCount: 1 }", "{ shardCount: 1, retentionPeriod: 72 }");
		await writeFile(join(folder, `tests/programs/${name}.pass.ts`), passes);
		await writeFile(join(folder, `tests/policies/rules/${name}.test.ts`), tests);
		const tested = await test(`tests/policies/rules/${name}.test.ts`);
		expect(tested.output).to.contain("3 passing");
		const programs = await test("tests/policies/programs.test.ts", "--grep", `tests/programs ${name}`);
		expect(programs.output).to.contain("2 passing");
	});
});
