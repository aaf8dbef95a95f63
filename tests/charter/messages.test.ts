import { expect } from "chai";
import fc from "fast-check";
import { RegisterRequest, TrainingManifest } from "../../charter/messages.ts";

describe("charter/messages", () => {
	const hex = "0123456789abcdef".repeat(4);
	const tensor = (change: object = {}) => ({ name: "pixels", datatype: "FP32", shape: [-1, 64], ...change });
	const manifest = (change: object = {}) => ({
		model: "digit-reader",
		artifact: { sha256: hex, bytes: 1 },
		signature: { inputs: [tensor()], outputs: [tensor({ name: "digit" })] },
		metrics: { accuracy: 0.97 },
		lineage: { dataSha256: hex, codeSha256: hex, trainedAt: "2026-11-24T00:00:00Z", framework: "scikit-learn" },
		...change,
	});
	/** Where and why a manifest is refused. */
	const faults = (change: object) =>
		TrainingManifest.safeParse(manifest(change)).error?.issues.map(
			({ path, message }) => `${path.join(".")}: ${message}`,
		) ?? [];
	const inputs = (change: object) => faults({ signature: { inputs: [tensor(change)], outputs: [tensor()] } });

	it("takes a whole manifest, with features or without", () => {
		expect(TrainingManifest.parse(manifest())).to.deep.equal(manifest());
		const features = { input: "amounts", entityInput: "customer", columns: ["total"] };
		expect(faults({ signature: { ...manifest().signature, features } })).to.deep.equal([]);
		expect(faults({ signature: { ...manifest().signature, features: { ...features, columns: [] } } })).to.have.length(
			1,
		);
	});

	it("takes what a run is evaluated by, and refuses what nobody could evaluate", () => {
		const evaluation = { task: "classification", output: "digit", heldout: { sha256: hex, rows: 1 } };
		expect(faults({ evaluation })).to.deep.equal([]);
		expect(
			faults({ evaluation: { ...evaluation, probabilities: { output: "p", classes: [0, "one"] } } }),
		).to.deep.equal([]);
		for (const change of [
			{ task: "ranking" },
			{ output: "" },
			{ heldout: { sha256: hex, rows: 0 } },
			{ heldout: { sha256: "abc", rows: 1 } },
			{ probabilities: { output: "p", classes: [0] } },
			{ more: 1 },
		])
			expect(faults({ evaluation: { ...evaluation, ...change } }), JSON.stringify(change)).to.have.length(1);
	});

	it("refuses a digest that is none, and says what one is", () => {
		const why = "a SHA-256 is 64 lower-case hex digits";
		for (const sha256 of [hex.toUpperCase(), hex.slice(1), `${hex}0`, ` ${hex}`, "g".repeat(64), ""])
			expect(faults({ artifact: { sha256, bytes: 1 } }), sha256).to.deep.equal([`artifact.sha256: ${why}`]);
	});

	it("refuses a tensor without a name, a known type or dimensions that can be", () => {
		for (const shape of [[-1], [1], [-1, 28, 28]]) expect(inputs({ shape })).to.deep.equal([]);
		const why = "a dimension is -1 or positive";
		for (const size of [0, -2]) expect(inputs({ shape: [size] })).to.deep.equal([`signature.inputs.0.shape.0: ${why}`]);
		for (const change of [{ shape: [] }, { shape: [1.5] }, { name: "" }, { datatype: "FLOAT" }, { more: 1 }])
			expect(inputs(change), JSON.stringify(change)).to.have.length(1);
	});

	it("refuses what it does not know, what is empty and what is missing", () => {
		for (const change of [
			{ more: 1 },
			{ artifact: { sha256: hex, bytes: 0 } },
			{ metrics: { accuracy: "high" } },
			{ signature: { inputs: [], outputs: [tensor()] } },
			{ signature: { inputs: [tensor()], outputs: [] } },
			{ lineage: { ...manifest().lineage, trainedAt: "yesterday" } },
		])
			expect(faults(change), JSON.stringify(change)).to.have.length(1);
		expect(RegisterRequest.parse({ model: "a", run: "b" })).to.deep.equal({ model: "a", run: "b" });
		for (const request of [
			{ model: "", run: "b" },
			{ model: "a", run: "" },
			{ model: "a" },
			{ model: "a", run: "b", c: 1 },
		])
			expect(RegisterRequest.safeParse(request).success, JSON.stringify(request)).to.equal(false);
	});

	it("takes or refuses any JSON, and throws at none", () => {
		fc.assert(
			fc.property(fc.jsonValue(), (value) => {
				TrainingManifest.safeParse(value);
				RegisterRequest.safeParse(value);
			}),
		);
	});
});
