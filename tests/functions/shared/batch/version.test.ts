import { expect } from "chai";
import { featureColumns, versionForBatch } from "../../../../functions/shared/batch/version.ts";
import { MODEL, rejection, signature, version } from "../../../support/functions-batch.ts";

const registryOf = (found: ReturnType<typeof version> | undefined) => ({
	route: async () => undefined,
	version: async () => found,
});

describe("functions/shared/batch/version", () => {
	it("gives the record of the version that is asked for", async () => {
		expect(await versionForBatch(registryOf(version()), MODEL, 3)).to.deep.equal(version());
	});

	it("says what to do where there is no champion or no such version", async () => {
		expect(await rejection(versionForBatch(registryOf(undefined), MODEL, undefined))).to.deep.equal({
			name: "BatchVersionError",
			message: `The model "${MODEL}" has no champion yet. Register a training run of it, then start the window again.`,
		});
		expect((await rejection(versionForBatch(registryOf(undefined), MODEL, 7))).message).to.contain("has no version 7.");
	});

	it("refuses a version whose rows have no fixed shape", async () => {
		for (const shape of [[-1, -1], [2, 2], []]) {
			const loose = version({ signature: { ...signature, inputs: [{ name: "features", datatype: "FP32", shape }] } });
			const { name, message } = await rejection(versionForBatch(registryOf(loose), MODEL, 3));
			expect([name, message]).to.deep.equal([
				"BatchVersionError",
				`Version 3 of "${MODEL}" has "features" of shape [${shape}], but batch scores rows: the first dimension is any number of rows (-1), the others are fixed. Export the model so, and register it.`,
			]);
		}
	});

	it("names a column for each number of a row", () => {
		const outputs = [
			{ name: "label", datatype: "INT64" as const, shape: [-1] },
			{ name: "probabilities", datatype: "FP32" as const, shape: [-1, 2] },
			{ name: "word", datatype: "BYTES" as const, shape: [-1] },
		];
		expect(featureColumns({ inputs: [], outputs })).to.deep.equal([
			{ output: "label", columns: ["label"] },
			{ output: "probabilities", columns: ["probabilities_0", "probabilities_1"] },
		]);
	});
});
