import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const root = join(import.meta.dirname, "../..");

/** Loads the pack in a copy of the sources, as Pulumi's runner does, up to its first line: the port that it serves on. */
const load = (folder: string, before = ""): Promise<string> =>
	new Promise((resolve) => {
		const pack = spawn(process.execPath, ["-e", `${before}; require("./main.cjs");`], {
			cwd: join(folder, "policies"),
		});
		const heard = (chunk: Buffer) => {
			pack.once("exit", () => resolve(chunk.toString()));
			pack.kill();
		};
		pack.stdout.once("data", heard);
		pack.stderr.once("data", heard);
	});
const PORT = /^\d+\n$/;

describe("policies/main.cjs", function () {
	this.timeout(30_000);
	let folder: string;

	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "triplane-pack-"));
		for (const name of ["policies", "charter"])
			await cp(join(root, name), join(folder, name), { recursive: true, filter: (path) => !path.endsWith("dist") });
		await symlink(join(root, "node_modules"), join(folder, "node_modules"));
	});

	afterEach(() => rm(folder, { recursive: true, force: true }));

	const bundle = () => join(folder, "policies/dist/index.cjs");

	it("builds the pack where it is missing, and serves it", async () => {
		expect(await load(folder)).to.match(PORT);
	});

	it("builds again only when a source, its own or the charter's, has changed", async () => {
		await load(folder);
		const first = (await stat(bundle())).mtimeMs;
		await load(folder);
		expect((await stat(bundle())).mtimeMs).to.equal(first);
		const clauses = join(folder, "charter/clauses/core.ts");
		await writeFile(clauses, (await readFile(clauses, "utf8")).replace("reserves its concurrency", "holds its share"));
		await load(folder);
		expect(await readFile(bundle(), "utf8")).to.contain("holds its share");
	});

	it("builds whole when several start at once, and leaves nothing else behind", async () => {
		const loads = await Promise.all([load(folder), load(folder), load(folder)]);
		for (const output of loads) expect(output).to.match(PORT);
		expect((await readdir(join(folder, "policies/dist"))).sort()).to.deep.equal(["index.cjs", "sources.sha256"]);
	});

	it("tells an older Node in one sentence what it needs", async () => {
		const old = 'Object.defineProperty(process.versions, "node", { value: "20.20.0" })';
		expect(await load(folder, old)).to.equal(
			"The policy pack needs Node 22 or later, this is 20.20.0: put a newer node first on PATH.\n",
		);
	});

	it("serves a published pack, which has a bundle and no sources", async () => {
		await load(folder);
		await rm(join(folder, "policies/index.ts"));
		await rm(join(folder, "charter"), { recursive: true });
		expect(await load(folder)).to.match(PORT);
	});
});
