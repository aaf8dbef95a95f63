import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { strFromU8, unzipSync, zipSync } from "fflate";
import { packArchive } from "../../../sandbox/provider/archive.ts";
import type { Props, Value } from "../../../sandbox/provider/values.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const archive = (fields: Props): Props => ({ [SIGNATURE]: "0def7320c3a5731c473e5ecbe6d01bc7", ...fields });
const asset = (fields: Props): Props => ({ [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", ...fields });
const filesIn = (zip: Uint8Array) =>
	Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, strFromU8(bytes)]));

describe("A packed archive", () => {
	let directory: string;
	beforeEach(async () => {
		directory = await mkdtemp(join(tmpdir(), "triplane-archive-"));
		await mkdir(join(directory, "code/lib"), { recursive: true });
		await writeFile(join(directory, "code/index.mjs"), "one");
		await writeFile(join(directory, "code/lib/two.mjs"), "two");
	});
	afterEach(() => rm(directory, { recursive: true }));

	it("has the files of a directory, relative to the program.", async () => {
		const { zip } = await packArchive(archive({ path: "code" }), directory);
		expect(filesIn(zip)).to.deep.equal({ "index.mjs": "one", "lib/two.mjs": "two" });
	});

	it("is the same whenever the same files are packed.", async () => {
		const first = await packArchive(archive({ path: "code" }), directory);
		await utimes(join(directory, "code/index.mjs"), 1, 1);
		const second = await packArchive(archive({ path: join(directory, "code") }), "/");
		expect(second.sha256).to.equal(first.sha256);
		await writeFile(join(directory, "code/index.mjs"), "changed");
		expect((await packArchive(archive({ path: "code" }), directory)).sha256).to.not.equal(first.sha256);
	});

	it("has named assets: text, files and archives below their names.", async () => {
		const assets: Record<string, Value> = {
			"a.txt": asset({ text: "text" }),
			empty: asset({ text: "" }),
			"b.mjs": asset({ path: "code/index.mjs" }),
			nested: archive({ path: "code/lib" }),
		};
		const { zip } = await packArchive(archive({ assets }), directory);
		expect(filesIn(zip)).to.deep.equal({ "a.txt": "text", empty: "", "b.mjs": "one", "nested/two.mjs": "two" });
	});

	it("is a zip file as it is, where the archive is one.", async () => {
		const bytes = zipSync({ x: new Uint8Array([1]) });
		await writeFile(join(directory, "code.zip"), bytes);
		expect((await packArchive(archive({ path: "code.zip" }), directory)).zip).to.deep.equal(new Uint8Array(bytes));
	});

	it("is refused with what to do where it is not there, or far away.", async () => {
		const messageOf = (value: Props) =>
			packArchive(value, directory).then(
				() => "packed",
				(error: Error) => error.message,
			);
		expect(await messageOf(archive({ path: "dist" }))).to.equal(
			`The archive ${join(directory, "dist")} is not there: build it before deploying.`,
		);
		expect(await messageOf(archive({ uri: "https://example.org/a.zip" }))).to.match(/download a remote archive first/);
		expect(await messageOf(archive({ assets: { a: asset({ uri: "https://example.org/a" }) } }))).to.match(
			/download a remote asset first/,
		);
	});
});
