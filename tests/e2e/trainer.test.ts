import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { TrainingManifest } from "../../charter/messages.ts";
import { readHeldout, runtimeAnswers, trainerAnswers } from "../support/samples/heldout.ts";
import { runPython, train } from "../support/samples/trainer.ts";

const FIXTURE = join(import.meta.dirname, "../fixtures/tumour-risk");
const RUN_FILES = ["heldout.json", "manifest.json", "model.onnx"];
const TOLERANCE = 1e-5;

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
const readManifest = (run: string) =>
	TrainingManifest.parse(JSON.parse(readFileSync(join(run, "manifest.json"), "utf8")));
const lastLine = (text: string): unknown => JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");

describe("samples/train.py", () => {
	let folder: string;
	let run: string;
	let finished: ReturnType<typeof train>;

	before(() => {
		folder = mkdtempSync(join(tmpdir(), "triplane-trainer-"));
		run = join(folder, "first");
		finished = train("--model", "tumour-risk", "--output", run);
	});

	after(() => rmSync(folder, { recursive: true, force: true }));

	it("leaves exactly the files of a run, and says on stdout what it made", () => {
		expect(finished.status, finished.stderr).to.equal(0);
		expect(readdirSync(run).sort()).to.deep.equal(RUN_FILES);
		const artifact = join(run, "model.onnx");
		expect(lastLine(finished.stdout)).to.deep.equal({
			model: "tumour-risk",
			accuracy: readManifest(run).metrics.accuracy,
			sha256: sha256(artifact),
			bytes: readFileSync(artifact).length,
			output: run,
		});
		expect(readdirSync(folder)).to.deep.equal(["first"]);
	});

	it("describes the model in a manifest that the registration accepts", () => {
		const { artifact, lineage, metrics, model, signature } = readManifest(run);
		expect(model).to.equal("tumour-risk");
		expect(artifact.sha256).to.equal(sha256(join(run, "model.onnx")));
		expect(signature.inputs).to.deep.equal([{ name: "features", datatype: "FP32", shape: [-1, 30] }]);
		expect(signature.outputs).to.deep.equal([
			{ name: "label", datatype: "INT64", shape: [-1] },
			{ name: "probabilities", datatype: "FP32", shape: [-1, 2] },
		]);
		expect(signature.features?.entityInput).to.equal("patient_id");
		expect(signature.features?.columns).to.have.lengthOf(30).and.include.members(["mean_radius", "worst_area"]);
		expect(metrics.accuracy).to.be.within(0.92, 1);
		expect(metrics.rocAuc).to.be.within(0.97, 1);
		expect(lineage.framework).to.match(/^scikit-learn 1\.\d+\.\d+$/);
		expect(Date.parse(lineage.trainedAt)).to.be.closeTo(Date.now(), 120_000);
	});

	it("gives the same bytes for the same seed whatever the process hashes by, and others for another seed", () => {
		const again = join(folder, "again");
		const script = join(import.meta.dirname, "../../samples/train.py");
		const seeded = (hashSeed: string) => `
import os, runpy, sys
os.environ["PYTHONHASHSEED"] = "${hashSeed}"
os.execv(sys.executable, [sys.executable, ${JSON.stringify(script)}, *sys.argv[1:]])`;
		for (const hashSeed of ["1", "6"]) {
			const { status, stderr } = runPython([
				"-c",
				seeded(hashSeed),
				...["--model", "tumour-risk", "--overwrite", "--output", again],
			]);
			expect(status, stderr).to.equal(0);
			for (const file of ["model.onnx", "heldout.json"])
				expect(sha256(join(again, file)), file).to.equal(sha256(join(run, file)));
			expect(readManifest(again).lineage.dataSha256).to.equal(readManifest(run).lineage.dataSha256);
			expect(readManifest(again).lineage.codeSha256).to.equal(readManifest(run).lineage.codeSha256);
		}
		expect(train("--model", "tumour-risk", "--seed", "1", "--overwrite", "--output", again).status).to.equal(0);
		expect(sha256(join(again, "model.onnx"))).to.not.equal(sha256(join(run, "model.onnx")));
	});

	it("writes held-out rows that a request can carry in float32 without losing a bit", () => {
		const { rows } = readHeldout(run);
		expect(rows).to.have.lengthOf(114);
		expect(rows.map(({ id }) => id)).to.deep.equal(
			rows.map((_, index) => `patient-${String(index + 1).padStart(4, "0")}`),
		);
		for (const { features } of rows) expect(features.map(Math.fround)).to.deep.equal(features);
	});

	it("leaves the run that the unit tests serve, up to the versions of its packages", () => {
		const kept = readHeldout(FIXTURE);
		const { rows } = readHeldout(run);
		expect(rows.slice(0, kept.rows.length).map(({ features }) => features)).to.deep.equal(
			kept.rows.map(({ features }) => features),
		);
		expect(readManifest(FIXTURE).signature).to.deep.equal(readManifest(run).signature);
		expect(readManifest(FIXTURE).artifact.sha256).to.equal(sha256(join(FIXTURE, "model.onnx")));
	});

	for (const { model, exact, near } of [
		{ model: "tumour-risk", exact: ["label"], near: ["probabilities"] },
		{ model: "digit-reader", exact: ["label"], near: ["probabilities"] },
		{ model: "disease-progress", exact: [], near: ["prediction"] },
	])
		it(`trains a ${model} that onnxruntime answers for as scikit-learn does, on every held-out row`, async () => {
			const output = join(folder, model);
			const { status, stderr } = train("--model", model, "--output", output);
			expect(status, stderr).to.equal(0);
			const heldout = readHeldout(output);
			const answers = await runtimeAnswers(output, heldout);
			expect(Object.keys(answers)).to.deep.equal(readManifest(output).signature.outputs.map(({ name }) => name));
			for (const name of exact) expect(answers[name], name).to.deep.equal(trainerAnswers(heldout, name));
			for (const name of near) {
				const own = trainerAnswers(heldout, name);
				expect(answers[name], name).to.have.lengthOf(own.length);
				own.forEach((value, at) => {
					expect(answers[name]?.[at], `${name} ${at}`).to.be.closeTo(value, TOLERANCE * Math.max(1, Math.abs(value)));
				});
			}
		});

	it("writes nothing and ends with 1 when a metric misses its floor", () => {
		const output = join(folder, "low");
		const { status, stderr, stdout } = train("--model", "tumour-risk", "--output", output, "--floor", "accuracy=1");
		expect(status).to.equal(1);
		expect(stderr).to.match(/accuracy is 0\.9\d+, under its floor of 1\. Nothing was written/);
		expect(stdout).to.equal("");
		expect(existsSync(output)).to.equal(false);
	});

	it("writes nothing and ends with 1 when the ONNX model answers otherwise than the estimator", () => {
		const output = join(folder, "unlike");
		const distorted = (change: string) => `
import sys, numpy, train, training
convert = training.to_onnx
def distort(sample, estimator, data):
    model = convert(sample, estimator, data)
    for attribute in model.graph.node[0].attribute:
        ${change}
    return model
training.to_onnx = distort
sys.exit(train.main(["--model", "tumour-risk", "--output", sys.argv[1]]))`;
		const shifted = 'if attribute.name == "base_values": attribute.floats[0] += 0.001';
		const flipped = 'if attribute.name == "class_weights": attribute.floats[:] = [-w for w in attribute.floats]';
		for (const [change, message] of [
			[shifted, /answers probabilities up to 0\.000\d+ off the estimator, over the tolerance of 1e-05/],
			[flipped, /answers another label than the estimator on \d+ of 114 held-out rows/],
		] as const) {
			const { status, stderr } = runPython(["-c", distorted(change), output]);
			expect(stderr).to.match(message);
			expect(status).to.equal(1);
			expect(existsSync(output)).to.equal(false);
		}
	});

	it("replaces an earlier run when told to, and never anything else", () => {
		const output = join(folder, "kept");
		mkdirSync(output);
		expect(train("--model", "tumour-risk", "--output", output).status, "an empty directory").to.equal(0);
		writeFileSync(join(output, "model.onnx"), "an earlier one");

		const refused = train("--model", "tumour-risk", "--output", output);
		expect(refused.status).to.equal(2);
		expect(refused.stderr).to.contain("is not empty: it holds heldout.json. Name a new directory, or add --overwrite");
		expect(readFileSync(join(output, "model.onnx"), "utf8")).to.equal("an earlier one");

		writeFileSync(join(output, "thesis.txt"), "ten years of work");
		const foreign = train("--model", "tumour-risk", "--output", output, "--overwrite");
		expect(foreign.status).to.equal(2);
		expect(foreign.stderr).to.contain("holds thesis.txt, which no run has written");
		expect(readdirSync(output).sort()).to.deep.equal([...RUN_FILES, "thesis.txt"]);

		rmSync(join(output, "thesis.txt"));
		expect(train("--model", "tumour-risk", "--output", output, "--overwrite").status).to.equal(0);
		expect(sha256(join(output, "model.onnx"))).to.equal(sha256(join(run, "model.onnx")));
	});

	it("ends with 1 and a sentence when the output can't be written", () => {
		const file = join(folder, "file");
		writeFileSync(file, "");
		const { status, stderr } = train("--model", "tumour-risk", "--output", join(file, "run"));
		expect(status).to.equal(1);
		expect(stderr).to.contain("Name a directory below a writable one.").and.not.contain("Traceback");
	});
});
