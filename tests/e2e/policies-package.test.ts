/** The pack as others get it: packed by npm, unpacked where none of our sources are, in force in the real engine. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { openPreviews } from "../support/policies-engine.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const PEERS = ["@pulumi/policy", "@pulumi/pulumi", "zod"];

describe("the pack as an npm package", () => {
	let folder: string;
	before(async () => {
		folder = await mkdtemp(join(tmpdir(), "triplane-package-"));
	});
	after(() => rm(folder, { recursive: true, force: true }));

	it("holds its bundle and no sources, and judges where only its peers are installed", async () => {
		const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], {
			cwd: join(root, "policies"),
		});
		const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf("[")));
		await run("tar", ["-xzf", filename], { cwd: folder });
		const pack = join(folder, "package");
		const files = (await readdir(pack, { recursive: true })).sort();
		expect(files).to.deep.equal([
			"PulumiPolicy.yaml",
			"README.md",
			"dist",
			"dist/index.cjs",
			"main.cjs",
			"package.json",
		]);
		for (const peer of PEERS) {
			await mkdir(join(pack, "node_modules", peer, ".."), { recursive: true });
			await symlink(join(root, "node_modules", peer), join(pack, "node_modules", peer));
		}
		await using previews = await openPreviews({}, pack);
		const { default: careless } = await import("../programs/careless.ts");
		const { ok, violations } = await previews.of(careless);
		expect(ok).to.equal(false);
		expect(violations.map(({ policy }) => policy)).to.include("function-reserved-concurrency");
	});
});
