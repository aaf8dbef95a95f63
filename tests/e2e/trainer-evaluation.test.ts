/** What a run leaves for its evaluation, how a pipeline's task runs the trainer, and the defects to see a rollback with. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { Heldout } from "../../charter/heldout.ts";
import { TrainingManifest } from "../../charter/messages.ts";
import { readHeldout, runtimeAnswers } from "../support/samples/heldout.ts";
import { rowMs } from "../support/samples/slow.ts";
import { train, trainInTask } from "../support/samples/trainer.ts";

const MODELS = ["tumour-risk", "digit-reader", "disease-progress"];
const RUN_FILES = ["heldout.json", "manifest.json", "model.onnx"];
const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
const jsonOf = (run: string, name: string) => JSON.parse(readFileSync(join(run, name), "utf8"));
const readManifest = (run: string) => TrainingManifest.parse(jsonOf(run, "manifest.json"));

describe("samples/train.py, for a pipeline", () => {
	let folder: string;
	let run: string;
	const made = (...args: string[]): string => {
		const output = join(folder, args.join("").replace(/[^a-z0-9]+/g, "-"));
		const { status, stderr } = train(...args, "--overwrite", "--output", output);
		expect(status, stderr).to.equal(0);
		return output;
	};

	before(() => {
		folder = mkdtempSync(join(tmpdir(), "triplane-trainer-"));
		run = made("--model", "tumour-risk");
	});

	after(() => rmSync(folder, { recursive: true, force: true }));

	it("holds the same rows out for every seed, and never trains on them", () => {
		const other = join(folder, "other-seed");
		expect(train("--model", "tumour-risk", "--seed", "5", "--output", other).status).to.equal(0);
		const [one, two] = [run, other].map(readHeldout);
		expect(two?.rows.map(({ features }) => features)).to.deep.equal(one?.rows.map(({ features }) => features));
		expect(two?.targets).to.deep.equal(one?.targets);
		expect(two?.slices).to.deep.equal(one?.slices);
		expect(readManifest(other).lineage.dataSha256).to.equal(readManifest(run).lineage.dataSha256);
	});

	it("says in the manifest what its metrics were measured on", () => {
		const { evaluation } = readManifest(run);
		expect(evaluation).to.deep.equal({
			task: "classification",
			output: "label",
			probabilities: { output: "probabilities", classes: [0, 1] },
			heldout: { sha256: sha256(join(run, "heldout.json")), rows: 114 },
		});
		const { targets, slices, rows } = readHeldout(run);
		expect(targets.filter((target) => target === 1)).to.have.lengthOf(42);
		expect(Object.entries(slices).map(([name, indexes]) => [name, indexes.length])).to.deep.equal([
			["small-masses", 38],
			["middle-masses", 38],
			["large-masses", 38],
			["malignant", 42],
		]);
		const largest = (name: string) => Math.max(...(slices[name] ?? []).map((row) => rows[row]?.features[0] ?? 0));
		expect(largest("small-masses")).to.be.lessThan(largest("middle-masses"));
		expect(slices.malignant?.every((row) => targets[row] === 1)).to.equal(true);
	});

	it("measures on as many held-out rows as it is told to, and refuses so few that a class is missing", () => {
		const output = join(folder, "fewer");
		expect(train("--model", "tumour-risk", "--heldout-rows", "60", "--output", output).status).to.equal(0);
		expect(readHeldout(output).targets).to.have.lengthOf(60);
		expect(readManifest(output).evaluation?.heldout).to.deep.equal({
			sha256: sha256(join(output, "heldout.json")),
			rows: 60,
		});
		const { status, stderr } = train(
			"--model",
			"tumour-risk",
			"--heldout-rows",
			"1",
			"--overwrite",
			"--output",
			output,
		);
		expect(status).to.equal(1);
		expect(stderr).to.contain("too few to measure on: they lack a class").and.not.contain("Traceback");
	});

	for (const model of MODELS)
		it(`leaves held-out rows of ${model} as the charter has them, with slices of twenty rows or more`, () => {
			const { rows, targets, slices } = Heldout.parse(jsonOf(made("--model", model, "--seed", "9"), "heldout.json"));
			expect(targets).to.have.lengthOf(rows.length);
			expect(Object.keys(slices)).to.have.lengthOf(4);
			for (const indexes of Object.values(slices)) expect(indexes.length).to.be.within(20, rows.length - 20);
		});

	it("trains without arguments what a task's environment says, into a directory that is there already", () => {
		const volume = join(folder, "volume");
		mkdirSync(volume);
		const image = `trainer@sha256:${"a".repeat(64)}`;
		const { status, stderr } = trainInTask({
			TRIPLANE_MODEL: "tumour-risk",
			TRIPLANE_RUN_DIRECTORY: volume,
			TRIPLANE_TRAIN_IMAGE: image,
			TRIPLANE_DATASET: "s3://bucket/datasets/tumour-risk/2026.csv",
		});
		expect(status, stderr).to.equal(0);
		expect(stderr).to.contain("s3://bucket/datasets/tumour-risk/2026.csv is not read");
		expect(readdirSync(volume).sort()).to.deep.equal(RUN_FILES);
		expect(readManifest(volume).lineage.image).to.equal(image);
		expect(readManifest(run).lineage).not.to.have.property("image");
		for (const file of ["model.onnx", "heldout.json"])
			expect(sha256(join(volume, file)), file).to.equal(sha256(join(run, file)));
	});

	it("refuses a task's unknown model in a sentence", () => {
		const { status, stderr } = trainInTask({ TRIPLANE_MODEL: "horoscope", TRIPLANE_RUN_DIRECTORY: join(folder, "x") });
		expect(status).to.equal(2);
		expect(stderr).to.contain("TRIPLANE_MODEL is horoscope, which is none of tumour-risk");
	});

	for (const model of MODELS) {
		const sessionOf = (output: string) => InferenceSession.create(join(output, "model.onnx"), { intraOpNumThreads: 1 });
		const ask = async (session: InferenceSession, features: readonly number[]) =>
			session.run({ features: new Tensor("float32", Float32Array.from(features), [1, features.length]) });

		it(`can make a ${model} that fails beyond the data set, and nowhere in it`, async () => {
			const sound = made("--model", model);
			const broken = made("--model", model, "--defect", "errors");
			const heldout = readHeldout(broken);
			expect(await runtimeAnswers(broken, heldout)).to.deep.equal(await runtimeAnswers(sound, heldout));
			const beyond = (heldout.rows[0]?.features ?? []).map((value) => value * 1000 + 1000);
			await ask(await sessionOf(sound), beyond);
			const session = await sessionOf(broken);
			const failure: unknown = await ask(session, beyond).catch((thrown: unknown) => thrown);
			expect(String(failure)).to.contain("out of data bounds");
		});

		it(`can make a ${model} that is slow, with the same answers`, async () => {
			const sound = made("--model", model);
			const slow = made("--model", model, "--defect", "slow", "--slow-ms", "300");
			const heldout = readHeldout(slow);
			expect(await runtimeAnswers(slow, heldout)).to.deep.equal(await runtimeAnswers(sound, heldout));
			expect(await rowMs(slow)).to.be.greaterThan(50 + (await rowMs(sound)));
		});

		it(`can make a ${model} that misreads units: good on its own rows, wrong on what is served`, async () => {
			const sound = made("--model", model);
			const skewed = made("--model", model, "--defect", "skew");
			const [headline = ""] = Object.keys(readManifest(sound).metrics);
			expect(readManifest(skewed).metrics[headline]).to.be.closeTo(readManifest(sound).metrics[headline] ?? 0, 1e-3);
			const served = readHeldout(sound);
			const [ours, theirs] = [await runtimeAnswers(sound, served), await runtimeAnswers(skewed, served)];
			const output = readManifest(sound).evaluation?.output ?? "";
			const differing =
				ours[output]?.filter((value, row) => Math.abs(value - (theirs[output]?.[row] ?? 0)) > 0.5) ?? [];
			expect(differing.length / served.rows.length).to.be.greaterThan(0.15);
		});
	}
});
