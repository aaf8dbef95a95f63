/**
 * ONNX Runtime as {@link ModelRuntime}. The library is native and comes as a Lambda layer, beside the bundle and not in it.
 * A run blocks the process for the model's time: a function works on one request at a time anyway.
 */
import { createRequire } from "node:module";
import type * as onnxruntime from "onnxruntime-node";
import type { Datatype, Signature, TensorSpec } from "../../../charter/registry.ts";
import { ArtifactError } from "./artifact-error.ts";
import type { ModelRuntime, ModelSession, Tensor, TensorData } from "./ports.ts";

// `require` and not `import`: only it looks into NODE_PATH, where a layer's modules are.
const onnx: typeof onnxruntime = createRequire(import.meta.url)("onnxruntime-node");

/** A function has about one processor; more threads would only wait for each other. */
const THREADS = 1;
const LOG_ERRORS_ONLY = 3;

const ONNX_TYPES = {
	BOOL: "bool",
	INT8: "int8",
	INT16: "int16",
	INT32: "int32",
	INT64: "int64",
	UINT8: "uint8",
	UINT16: "uint16",
	UINT32: "uint32",
	UINT64: "uint64",
	FP32: "float32",
	FP64: "float64",
	BYTES: "string",
} as const satisfies Record<Datatype, onnxruntime.Tensor.Type>;

export const onnxRuntime: ModelRuntime = {
	load: async (bytes, signature) => {
		const session = await createSession(bytes);
		checkSignature(session, signature);
		const datatypes = new Map(signature.outputs.map(({ name, datatype }) => [name, datatype]));
		return modelSession(session, datatypes);
	},
};

async function createSession(bytes: Uint8Array): Promise<onnxruntime.InferenceSession> {
	try {
		return await onnx.InferenceSession.create(bytes, {
			intraOpNumThreads: THREADS,
			interOpNumThreads: THREADS,
			logSeverityLevel: LOG_ERRORS_ONLY,
		});
	} catch (cause) {
		throw new ArtifactError("ONNX Runtime cannot read the artifact. Export the model anew and register it.", { cause });
	}
}

function modelSession(session: onnxruntime.InferenceSession, datatypes: ReadonlyMap<string, Datatype>): ModelSession {
	return {
		run: async (inputs, outputs) => {
			const feeds = Object.fromEntries(inputs.map((input) => [input.name, toOnnx(input)]));
			const results = await session.run(feeds, [...outputs]);
			return outputs.map((name) => {
				const result = results[name];
				const datatype = datatypes.get(name);
				if (!result || !datatype)
					throw new ArtifactError(`The model gave no output "${name}". Register it with its true signature.`);
				return { name, datatype, shape: result.dims, data: result.data as TensorData };
			});
		},
		release: () => session.release(),
	};
}

function toOnnx({ datatype, data, shape }: Tensor): onnxruntime.Tensor {
	return new onnx.Tensor(ONNX_TYPES[datatype], data as onnxruntime.Tensor.DataType, [...shape]);
}

/** A signature that does not fit would fail each request later, and as if the callers were to blame. */
function checkSignature(session: onnxruntime.InferenceSession, signature: Signature): void {
	const check = (
		kind: string,
		specs: readonly TensorSpec[],
		found: readonly onnxruntime.InferenceSession.ValueMetadata[],
	) => {
		for (const { name, datatype } of specs) {
			const value = found.find((candidate) => candidate.name === name);
			const type = value?.isTensor ? value.type : "missing or no tensor";
			if (type !== ONNX_TYPES[datatype])
				throw new ArtifactError(
					`The signature's ${kind} "${name}" is ${datatype}, but in the model it is ${type}. Register the model with its true signature.`,
				);
		}
	};
	check("input", signature.inputs, session.inputMetadata);
	check("output", signature.outputs, session.outputMetadata);
}
