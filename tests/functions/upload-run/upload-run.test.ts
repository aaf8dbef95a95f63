/** The upload of a run, from a trainer's folder to the staging area: what it takes, what it refuses, and its exit codes. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { runUpload } from "../../../functions/upload-run/run.ts";
import { MemoryAws } from "../../support/functions-aws.ts";
import { heldoutOf, IMAGE, manifestOf, RUN } from "../../support/functions-evaluate.ts";
import { artifactBytes, MODEL, manifest } from "../../support/functions-predict.ts";

const heldout = Buffer.from(JSON.stringify(heldoutOf()));
const rows = heldoutOf().rows.length;

describe("functions/upload-run", () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "triplane-upload-"));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	const leave = (files: Record<string, Uint8Array | string> = {}) => {
		const all = {
			"model.onnx": artifactBytes,
			"heldout.json": heldout,
			"manifest.json": JSON.stringify(manifestOf(heldout, rows)),
		};
		for (const [name, bytes] of Object.entries({ ...all, ...files })) writeFileSync(join(folder, name), bytes);
	};
	const upload = async (change: Record<string, string | undefined> = {}, aws = new MemoryAws()) => {
		const environment = {
			[ENVIRONMENT.serviceName]: "tumour-risk-train",
			[ENVIRONMENT.environment]: "dev",
			[ENVIRONMENT.model]: MODEL,
			[ENVIRONMENT.run]: RUN,
			[ENVIRONMENT.runDirectory]: folder,
			[ENVIRONMENT.artifactBucket]: "artifacts",
			[ENVIRONMENT.trainImage]: IMAGE,
			...change,
		};
		const said: { level: string; message: string; service: string; error?: { name: string; message: string } }[] = [];
		const exitCode = await runUpload({
			environment,
			s3: aws.clients().s3,
			write: (line) => said.push(JSON.parse(line)),
		});
		return { exitCode, keys: [...aws.objects.keys()], aws, said: said[0] };
	};

	it("puts the run's files under its prefix, the manifest last, and says so", async () => {
		leave();
		const { exitCode, keys, aws, said } = await upload();
		expect(exitCode).to.equal(0);
		expect(keys).to.deep.equal(
			["model.onnx", "heldout.json", "manifest.json"].map((name) => `staging/tumour-risk/run-1/${name}`),
		);
		expect(aws.objects.get(keys[0] ?? "")).to.deep.equal(artifactBytes);
		expect(said).to.include({ level: "INFO", service: "tumour-risk-train" });
		expect(said?.message).to.contain(
			`Run "run-1" with the artifact ${manifest.artifact.sha256} was put: staging/tumour-risk/run-1/model.onnx`,
		);
	});

	const other = JSON.stringify(manifestOf(Buffer.from("[]"), rows));
	for (const [what, files, says] of [
		["an artifact that is another", { "model.onnx": "other" }, /model\.onnx has 5 bytes, but its manifest says/],
		["held-out rows that are others", { "manifest.json": other }, /heldout\.json has the SHA-256/],
		["a manifest that is none", { "manifest.json": "{}" }, /manifest\.json is no training manifest/],
		["a manifest of text", { "manifest.json": "hello" }, /manifest\.json is no JSON/],
		[
			"a manifest that is too large",
			{ "manifest.json": " ".repeat(2 ** 20 + 1) },
			/more than the 1048576 that can be evaluated/,
		],
	] as const)
		it(`ends with 1 and puts nothing for ${what}`, async () => {
			leave(files);
			const { exitCode, keys, said } = await upload();
			expect({ exitCode, keys }).to.deep.equal({ exitCode: 1, keys: [] });
			expect(said?.error?.message).to.match(says);
		});

	for (const missing of ["model.onnx", "manifest.json", "heldout.json"])
		it(`ends with 1 and puts nothing where the trainer left no ${missing}`, async () => {
			leave();
			rmSync(join(folder, missing));
			const { exitCode, keys, said } = await upload();
			expect({ exitCode, keys }).to.deep.equal({ exitCode: 1, keys: [] });
			expect(said?.error).to.include({ name: "RunNotFoundError" });
			expect(said?.error?.message).to.contain(`${missing} cannot be read, though the trainer ended well`);
		});

	for (const [what, put] of [
		["a pipe that nobody writes into", (path: string) => void execFileSync("mkfifo", [path])],
		["a folder", (path: string) => void mkdirSync(path)],
		["a link to another file", (path: string) => symlinkSync("/etc/hostname", path)],
	] as const)
		it(`ends with 1 and puts nothing where a file is ${what}`, async () => {
			for (const name of ["model.onnx", "manifest.json", "heldout.json"]) {
				leave();
				const path = join(folder, name);
				rmSync(path);
				put(path);
				const { exitCode, keys, said } = await upload();
				expect({ exitCode, keys }).to.deep.equal({ exitCode: 1, keys: [] });
				expect(said?.error).to.include({
					name: "UploadError",
					message: `${path} is no regular file. Let the trainer write one there: no link, pipe or folder.`,
				});
				rmSync(path, { recursive: true });
			}
		});

	it("ends with 1 for a run of another image, and asks for none where the task names none", async () => {
		leave();
		const { exitCode, said } = await upload({ [ENVIRONMENT.trainImage]: "another" });
		expect(exitCode).to.equal(1);
		expect(said?.error?.message).to.contain("as lineage.image, but another has trained");
		expect((await upload({ [ENVIRONMENT.trainImage]: undefined })).exitCode).to.equal(0);
	});

	it("ends with 1 where the bucket takes nothing", async () => {
		leave();
		const aws = new MemoryAws();
		aws.disturbances.set("PutObject", "fail");
		expect(await upload({}, aws)).to.deep.include({ exitCode: 1, keys: [] });
	});

	it("ends with 2 for an environment that lacks something or names what can be no part of a key", async () => {
		leave();
		for (const name of [ENVIRONMENT.model, ENVIRONMENT.run, ENVIRONMENT.runDirectory, ENVIRONMENT.artifactBucket])
			expect(await upload({ [name]: undefined }), name).to.deep.include({ exitCode: 2, keys: [] });
		const part = fc.string({ minLength: 1 }).filter((text) => !/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(text));
		await fc.assert(
			fc.asyncProperty(part, fc.constantFrom(ENVIRONMENT.model, ENVIRONMENT.run), async (text, name) => {
				expect(await upload({ [name]: text })).to.deep.include({ exitCode: 2, keys: [] });
			}),
			{ numRuns: 30 },
		);
	});
});
