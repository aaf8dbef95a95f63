/** ONNX Runtime behind its port: the real library and the sample model. */
import { expect } from "chai";
import type { Signature } from "../../../../charter/registry.ts";
import { onnxRuntime } from "../../../../functions/shared/inference/onnx.ts";
import { artifactBytes, heldOut, manifest } from "../../../support/functions-predict.ts";

const signature = manifest.signature as Signature;
const [row] = heldOut;
const input = {
	name: "features",
	datatype: "FP32",
	shape: [1, 30],
	data: Float32Array.from(row?.features ?? []),
} as const;

const refusal = async (bytes: Uint8Array, of: Signature): Promise<string> => {
	const thrown: unknown = await onnxRuntime.load(bytes, of).catch((error: unknown) => error);
	expect(thrown).to.be.instanceOf(Error).with.property("name", "ArtifactError");
	return thrown instanceof Error ? thrown.message : "";
};

describe("functions/shared/inference/onnx", () => {
	it("gives the outputs asked for, in that order, with the signature's datatypes", async () => {
		const session = await onnxRuntime.load(artifactBytes, signature);
		const outputs = await session.run([input], ["probabilities", "label"]);
		expect(outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: [...shape] }))).to.deep.equal([
			{ name: "probabilities", datatype: "FP32", shape: [1, 2] },
			{ name: "label", datatype: "INT64", shape: [1] },
		]);
		expect(outputs[1]?.data).to.deep.equal(BigInt64Array.of(BigInt(row?.label ?? -1)));
		await session.release();
	});

	it("refuses bytes that are no model", async () => {
		expect(await refusal(Buffer.from("no model"), signature)).to.match(/^ONNX Runtime cannot read the artifact/);
	});

	it("refuses a signature that names another input, output or datatype than the model has", async () => {
		const [features = { name: "", datatype: "FP32", shape: [] }] = signature.inputs;
		expect(await refusal(artifactBytes, { ...signature, inputs: [{ ...features, name: "x" }] })).to.equal(
			`The signature's input "x" is FP32, but in the model it is missing or no tensor. Register the model with its true signature.`,
		);
		expect(await refusal(artifactBytes, { ...signature, inputs: [{ ...features, datatype: "FP64" }] })).to.match(
			/"features" is FP64, but in the model it is float32/,
		);
		expect(
			await refusal(artifactBytes, { ...signature, outputs: [{ name: "label", datatype: "FP32", shape: [-1] }] }),
		).to.match(/output "label" is FP32, but in the model it is int64/);
	});
});
