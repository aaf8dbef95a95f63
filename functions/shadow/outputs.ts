/** The outputs of a job's response, as they are compared: flat values by name, of 64-bit integers all digits. Pure. */
import { TriplaneError } from "../../charter/errors.ts";
import { parseLossless } from "../worker/lossless-json.ts";
import { readInferAnswer } from "../worker/rows.ts";

/** One output of an answer: tensors of a model in this process have this form too. */
export interface Output {
	name: string;
	datatype: string;
	shape: readonly number[];
	data: ArrayLike<unknown>;
}

/** A model server has answered what is not in the protocol's form. */
export class AnswerFormError extends TriplaneError {
	override readonly name = "AnswerFormError";
}

/** @throws {AnswerFormError} where it is no inference response */
export function readOutputs(text: string): Output[] {
	const answer = readInferAnswer(parsed(text));
	if (!answer) throw new AnswerFormError("The answer has no list of outputs with shape and data.");
	return answer.outputs.map(({ name, datatype, shape, data }) => {
		if (typeof name !== "string" || typeof datatype !== "string")
			throw new AnswerFormError("An output of the answer has no name or no datatype.");
		return { name, datatype, shape, data: data.flat(Number.POSITIVE_INFINITY) };
	});
}

function parsed(text: string): unknown {
	try {
		return parseLossless(text);
	} catch (cause) {
		throw new AnswerFormError("The answer is no JSON.", { cause });
	}
}
