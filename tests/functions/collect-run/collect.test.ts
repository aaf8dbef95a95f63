import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import fc from "fast-check";
import { pack } from "tar-stream";
import { collect } from "../../../functions/collect-run/collect.ts";
import { RegisterRequestError, RunNotFoundError } from "../../../functions/shared/runs/errors.ts";

const FILES = { "model.onnx": "a model", "manifest.json": "{}", "heldout.json": "[]" };
const ARCHIVE = "s3://artifacts/staging/tumour-risk/run-1/archive/job/output/model.tar.gz";
const REQUEST = { model: "tumour-risk", run: "run-1", archive: ARCHIVE };

async function archiveOf(files: Record<string, string>): Promise<Uint8Array> {
	const tar = pack();
	for (const [name, text] of Object.entries(files)) tar.entry({ name }, text);
	tar.finalize();
	return gzipSync(await buffer(tar));
}

/** A bucket with one archive, and what was written to it. */
function bucketWith(archive: Uint8Array) {
	const written = new Map<string, string>();
	const read = async (key: string) => (key === ARCHIVE.slice("s3://artifacts/".length) ? archive : undefined);
	const write = async (key: string, bytes: Uint8Array) => void written.set(key, Buffer.from(bytes).toString());
	return { written, bucket: { read, write } };
}
const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
	work.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);

describe("functions/collect-run", () => {
	it("puts a run's files where runs lie, and passes over whatever else the trainer left", async () => {
		for (const prefix of ["", "./"]) {
			const named = Object.fromEntries(Object.entries(FILES).map(([name, text]) => [`${prefix}${name}`, text]));
			const { bucket, written } = bucketWith(
				await archiveOf({ ...named, "checkpoint-1": "x", "deep/model.onnx": "y" }),
			);
			const { files } = await collect(bucket, "artifacts", REQUEST);
			expect(files).to.deep.equal(["heldout.json", "manifest.json", "model.onnx"]);
			expect([...written.keys()].at(-1)).to.equal("staging/tumour-risk/run-1/manifest.json");
			expect(Object.fromEntries(written)).to.deep.equal(
				Object.fromEntries(Object.entries(FILES).map(([name, text]) => [`staging/tumour-risk/run-1/${name}`, text])),
			);
		}
	});

	it("says which file is missing, and puts none", async () => {
		const { bucket, written } = bucketWith(await archiveOf({ "model.onnx": "a model" }));
		const thrown = await thrownBy(collect(bucket, "artifacts", REQUEST));
		expect(thrown).to.be.instanceOf(RunNotFoundError).with.property("message").that.includes("no manifest.json");
		expect(written.size).to.equal(0);
	});

	it("refuses an archive of another model or bucket, and names that are none", async () => {
		const { bucket } = bucketWith(await archiveOf(FILES));
		for (const change of [
			{ archive: ARCHIVE.replace("tumour-risk", "other") },
			{ archive: ARCHIVE.replace("artifacts", "others") },
			{ run: "../run" },
			{ model: "Tumour" },
			{ archive: 7 },
		])
			expect(await thrownBy(collect(bucket, "artifacts", { ...REQUEST, ...change }))).to.be.instanceOf(
				RegisterRequestError,
			);
	});

	it("says of whatever is no archive that it is none, and puts nothing", async () => {
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), async (bytes, isZipped) => {
				const { bucket, written } = bucketWith(isZipped ? gzipSync(bytes) : bytes);
				expect(await thrownBy(collect(bucket, "artifacts", REQUEST))).to.be.instanceOf(RunNotFoundError);
				expect(written.size).to.equal(0);
			}),
			{ numRuns: 100 },
		);
	});
});
