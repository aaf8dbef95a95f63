/** The samples' runs through the evaluation: good successors and hidden defects are accepted, and what is worse is refused. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { TrainingManifest } from "../../charter/messages.ts";
import { artifactKey, type Signature, stagingPrefix } from "../../charter/registry.ts";
import { evaluateFixture, RUN } from "../support/functions-evaluate.ts";
import { train } from "../support/samples/trainer.ts";

describe("The evaluation of the samples", () => {
	let folder: string;
	before(() => {
		folder = mkdtempSync(join(tmpdir(), "triplane-evaluation-"));
	});
	after(() => rmSync(folder, { recursive: true, force: true }));

	const made = (model: string, ...args: string[]) => {
		const output = join(folder, [model, ...args].join("").replace(/[^a-z0-9]+/g, "-"));
		const { status, stderr } = train("--model", model, ...args, "--overwrite", "--output", output);
		expect(status, stderr).to.equal(0);
		const read = (name: string) => readFileSync(join(output, name));
		const manifest = TrainingManifest.parse(JSON.parse(read("manifest.json").toString()));
		return {
			manifest,
			files: ["manifest.json", "model.onnx", "heldout.json"].map((name) => [name, read(name)] as const),
		};
	};
	/** Evaluates a run, against another one as the champion where there is one. */
	const evaluated = async (model: string, args: string[], championArgs?: string[], settings: object = {}) => {
		const { aws, makeChampion, refusal, record } = evaluateFixture({ model });
		for (const [name, bytes] of made(model, ...args).files)
			aws.objects.set(`${stagingPrefix(model, RUN)}${name}`, bytes);
		if (championArgs) {
			const champion = made(model, ...championArgs);
			const artifact = champion.files.find(([name]) => name === "model.onnx")?.[1] ?? Buffer.alloc(0);
			makeChampion({ signature: champion.manifest.signature as Signature }, artifact);
			expect(aws.objects.has(artifactKey(model, champion.manifest.artifact.sha256))).to.equal(true);
		}
		const request = { model, trainImage: undefined };
		const { message } = await refusal(settings, request);
		const lines = record()?.lines ?? [];
		return { message, lines };
	};

	for (const model of ["tumour-risk", "digit-reader", "disease-progress"])
		it(`accepts a ${model}'s first run: ONNX Runtime measures what its trainer claims`, async () => {
			const { message, lines } = await evaluated(model, []);
			expect(message).to.equal("");
			expect(lines).to.have.lengthOf(model === "tumour-risk" ? 14 : 15);
		});

	for (const model of ["tumour-risk", "digit-reader"])
		it(`accepts a ${model} of the seeds 2 and 5 as successors of the default's`, async () => {
			for (const seed of ["2", "5"]) {
				const { message, lines } = await evaluated(model, ["--seed", seed], []);
				expect(message, seed).to.equal("");
				expect(lines.every(({ champion }) => champion !== undefined)).to.equal(true);
			}
		});

	for (const model of ["tumour-risk", "digit-reader", "disease-progress"])
		for (const defect of ["errors", "slow", "skew"])
			it(`accepts a ${model} with the defect "${defect}", which only traffic shows`, async () => {
				expect((await evaluated(model, ["--defect", defect, "--slow-ms", "200"], [])).message).to.equal("");
			});

	it("refuses a run that its settings ask more of, with the figure", async () => {
		const { message } = await evaluated("disease-progress", [], [], { floors: { meanAbsoluteError: 40 } });
		expect(message).to.match(
			/all\s+89\s+meanAbsoluteError\s+42\.857\s+42\.857\s+40\s+over the most that it may be, 40/,
		);
	});
});
