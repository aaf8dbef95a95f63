/** Evaluation through the function's public door, with the sample model in ONNX Runtime. */
import { expect } from "chai";
import { evaluateFixture, flippedArtifact, heldoutOf, IMAGE, RUN, sha256 } from "../../support/functions-evaluate.ts";
import { artifactBytes, heldOut, MODEL, manifest, TABLES } from "../../support/functions-predict.ts";

const EMPTY_SHA256 = "0".repeat(64);

describe("functions/evaluate", () => {
	it("accepts a first model by its floors, and writes down every figure", async () => {
		const { stage, ask, record, told, lines } = evaluateFixture();
		stage(heldoutOf([0]));
		const accuracy = (heldOut.length - 1) / heldOut.length;
		const response = await ask({ floors: { accuracy } });
		expect(response).to.include({ run: RUN, isAccepted: true }).and.not.have.property("championVersion");
		expect(response.sentence).to.match(/^Run "run-1" of "tumour-risk" was accepted: accuracy 0\.9\d+, recall /);
		const found = record();
		expect(found).to.deep.include({
			pk: "MODEL#tumour-risk",
			sk: "EVALUATION#run-1",
			isAccepted: true,
			faults: [],
			notes: [],
		});
		expect(found?.lines[0]).to.deep.equal({
			slice: "all",
			rows: heldOut.length,
			metric: "accuracy",
			value: accuracy,
			floor: accuracy,
			isMet: true,
		});
		expect(found?.lineage).to.deep.include({ image: IMAGE, artifactSha256: manifest.artifact.sha256 });
		expect(told).to.deep.equal([]);
		expect(lines.records.map(({ level, message }) => [level, message])).to.deep.equal([["INFO", response.sentence]]);
	});

	it("refuses a model under a floor with the table that says why, and tells of it", async () => {
		const { stage, refusal, record, told } = evaluateFixture();
		stage(heldoutOf([0, 1, 2]));
		const { name, message } = await refusal({ floors: { accuracy: 0.999 } });
		expect(name).to.equal("EvaluationRefusedError");
		const table = message.split("\n");
		expect(table[0]).to.match(/^Run "run-1" of "tumour-risk" was refused: 1 of \d+ figures are not good enough$/);
		expect(table[1]).to.match(/^slice\s+rows\s+metric\s+new\s+champion\s+floor\s+why$/);
		expect(table[2]).to.match(/^all\s+\d+\s+accuracy\s+0\.\d+\s+-\s+0\.999\s+under its floor of 0\.999$/);
		expect(record()).to.include({ isAccepted: false });
		expect(told).to.deep.equal([
			{ bus: "bus", type: "model.refused", detail: { model: MODEL, run: RUN, why: message } },
		]);
	});

	it("compares with the champion on the same rows: the same model is never worse", async () => {
		const { stage, makeChampion, ask, record } = evaluateFixture();
		stage(heldoutOf([0, 5]));
		makeChampion();
		expect(await ask()).to.include({ championVersion: 7 });
		for (const { value, champion } of record()?.lines ?? []) expect(champion).to.equal(value);
	});

	it("names the slice in which a model is worse than the champion", async () => {
		const { stage, makeChampion, refusal, record, aws } = evaluateFixture();
		const flipped = flippedArtifact();
		stage(heldoutOf(), { artifact: flipped.artifact }, flipped.bytes);
		makeChampion();
		const { name, message } = await refusal({ sliceRowsMin: 4 });
		expect(name).to.equal("EvaluationRefusedError");
		expect(message).to.match(
			/^first\s+4\s+accuracy\s+0\.?\d*\s+1\s+-\s+worse than the champion by \d\.\d+, of which 0\.0500 is tolerated$/m,
		);
		expect(
			record()
				?.lines.filter(({ metric }) => metric === "accuracy")
				.map(({ isMet }) => isMet),
		).to.deep.equal([false, false, false]);
		expect(aws.calls.filter((call) => call === "TransactWriteItems")).to.have.length(1);
	});

	it("refuses nobody by a slice that is too small to say anything", async () => {
		const { stage, makeChampion, refusal } = evaluateFixture();
		const flipped = flippedArtifact();
		stage(heldoutOf(), { artifact: flipped.artifact }, flipped.bytes);
		makeChampion();
		const { message } = await refusal({ sliceRowsMin: 1_000, tolerance: 1 });
		expect(message).not.to.match(/^first|^malignant/m);
	});

	it("says that a champion of another signature was not compared with, and lets floors alone judge", async () => {
		const { stage, makeChampion, ask } = evaluateFixture();
		stage();
		const { features: _, ...signature } = manifest.signature;
		makeChampion({ signature });
		const { sentence } = await ask();
		expect(sentence).to.contain(
			"Version 7, the champion, was not compared with: it has another signature, so the same rows cannot be asked of both. Floors alone have judged.",
		);
	});

	for (const missing of ["manifest.json", "model.onnx", "heldout.json"])
		it(`refuses a run without its ${missing} as one that was not found`, async () => {
			const { stage, aws, prefix, refusal, record } = evaluateFixture();
			stage();
			aws.objects.delete(`${prefix}${missing}`);
			const { name, message } = await refusal();
			expect(name).to.equal("EvaluationRefusedError");
			expect(message).to.contain(`RunNotFoundError: The run left no staging/tumour-risk/run-1/${missing}.`);
			expect(record()?.faults).to.have.length(1);
			expect(record()?.isAccepted).to.equal(false);
		});

	it("refuses a run whose manifest or held-out rows are larger than a function may hold, for good", async () => {
		for (const [name, bytes] of [
			["manifest.json", 1_048_576],
			["heldout.json", 33_554_432],
		] as const) {
			const { stage, aws, prefix, refusal, record } = evaluateFixture();
			stage();
			aws.objects.set(`${prefix}${name}`, new Uint8Array(bytes + 1));
			const { name: error, message } = await refusal();
			expect(error).to.equal("EvaluationRefusedError");
			expect(message).to.contain(
				`RunFileTooLargeError: staging/tumour-risk/run-1/${name} has ${bytes + 1} bytes, and at most ${bytes} are read.`,
			);
			expect(record()?.isAccepted).to.equal(false);
		}
	});

	const evaluation = (change: object) => ({
		evaluation: {
			task: "classification",
			output: "label",
			heldout: { sha256: EMPTY_SHA256, rows: 1 },
			...change,
		},
	});
	const faults: [what: string, heldout: object, change: object, says: RegExp][] = [
		[
			"of another image",
			heldoutOf(),
			{ lineage: { ...manifest.lineage, image: "x" } },
			/image is x, but the pipeline trained with trainer@sha256/,
		],
		["of no image", heldoutOf(), { lineage: manifest.lineage }, /image is missing, but the pipeline/],
		[
			"whose data has no hash",
			heldoutOf(),
			{ lineage: { ...manifest.lineage, dataSha256: "abc" } },
			/lineage\.dataSha256: a SHA-256 is 64/,
		],
		[
			"whose artifact is another",
			heldoutOf(),
			{ artifact: { sha256: EMPTY_SHA256, bytes: manifest.artifact.bytes } },
			/ArtifactMismatchError/,
		],
		[
			"whose held-out rows are others",
			heldoutOf(),
			evaluation({}),
			/heldout\.json has the SHA-256 [0-9a-f]{64}, but its manifest says 0{64}/,
		],
		["that says nothing of its evaluation", heldoutOf(), { evaluation: undefined }, /has no "evaluation"/],
		["without targets", { model: MODEL, rows: heldOut }, {}, /targets: /],
		["of too few targets", { ...heldoutOf(), targets: [1] }, {}, /targets: there are 1 for \d+ rows/],
		[
			"with a slice of rows that are not there",
			{ ...heldoutOf(), slices: { odd: [9_999] } },
			{},
			/slices\.odd: it names a row beyond/,
		],
		["whose slice is called all", { ...heldoutOf(), slices: { all: [1] } }, {}, /"all" is the name of all rows/],
		[
			"of rows with too few features",
			{ ...heldoutOf(), rows: heldOut.map(({ id }) => ({ id, features: [1] })) },
			{},
			/1 features in a row, but the model's inputs take 30/,
		],
		[
			"that claims more than it measures",
			heldoutOf([0]),
			{ metrics: { accuracy: 1 } },
			/says that accuracy is 1, but on its own held-out rows it is 0\.9/,
		],
	];
	for (const [what, heldout, change, says] of faults)
		it(`refuses a run ${what}`, async () => {
			const { stage, refusal, record } = evaluateFixture();
			stage(heldout, change);
			const { name, message } = await refusal();
			expect(name).to.equal("EvaluationRefusedError");
			expect(message).to.match(says);
			expect(record()).to.include({ isAccepted: false });
		});

	for (const [what, change, says] of [
		["an output that it has not", { output: "answer" }, /compares "answer", which is no output/],
		[
			"probabilities that are labels",
			{ probabilities: { output: "label", classes: [0, 1] } },
			/"label" for probabilities/,
		],
		["too few classes", { probabilities: { output: "probabilities", classes: [0, 2] } }, /does not name the class 1/],
		[
			"more classes than there are",
			{ probabilities: { output: "probabilities", classes: [0, 1, 2] } },
			/"probabilities" has \d+ values for \d+ rows, not 3 for each/,
		],
		[
			"probabilities of a regression",
			{ task: "regression", probabilities: { output: "probabilities", classes: [0, 1] } },
			/has no probabilities/,
		],
	] as const)
		it(`refuses a run whose manifest names ${what}`, async () => {
			const { stage, aws, prefix, refusal } = evaluateFixture();
			stage();
			const text = JSON.parse(Buffer.from(aws.objects.get(`${prefix}manifest.json`) ?? []).toString());
			Object.assign(text.evaluation, change);
			aws.objects.set(`${prefix}manifest.json`, Buffer.from(JSON.stringify(text)));
			expect((await refusal()).message).to.match(says);
		});

	it("refuses a model that cannot be loaded, or takes too long", async () => {
		const broken = evaluateFixture();
		const bytes = Buffer.from("no model");
		broken.stage(heldoutOf(), { artifact: { sha256: sha256(bytes), bytes: bytes.length } }, bytes);
		expect((await broken.refusal()).message).to.contain("The new model cannot be evaluated: ONNX Runtime cannot read");
		const slow = evaluateFixture({ remainingMs: () => 4_000 });
		slow.stage();
		expect((await slow.refusal()).message).to.contain("it takes longer for its held-out rows than an evaluation may");
	});

	it("refuses a floor for what is not measured, rather than pass over it", async () => {
		const { stage, refusal } = evaluateFixture();
		stage();
		expect((await refusal({ floors: { rocAuc: 0.9 } })).message).to.contain(
			'There is a floor for "rocAuc", which was not measured. Floors of a classification are for accuracy, recall, logLoss',
		);
	});

	it("fails as itself where S3 or the table is down, so that it is tried again", async () => {
		for (const operation of ["GetObject", "TransactWriteItems"]) {
			const { stage, aws, refusal, record } = evaluateFixture();
			stage();
			aws.disturbances.set(operation, "fail");
			expect((await refusal()).name).not.to.equal("EvaluationRefusedError");
			expect(record()).to.equal(undefined);
		}
	});

	it("says the same when it is asked again", async () => {
		const { stage, ask, record, aws } = evaluateFixture();
		stage();
		const first = [await ask(), record()];
		expect([await ask(), record()]).to.deep.equal(first);
		expect(aws.dynamodb.items(TABLES.registry)).to.have.length(1);
	});

	it("keeps the artifact as it is in the staging area", async () => {
		const { stage, ask, aws, prefix } = evaluateFixture();
		stage();
		await ask();
		expect(aws.objects.get(`${prefix}model.onnx`)).to.deep.equal(artifactBytes);
	});
});
