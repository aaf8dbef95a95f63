/** Calls a function of the control plane by name, and gives its answer or its own words for why there is none. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { TriplaneError } from "../../charter/errors.ts";
import type { AwsTarget } from "./aws.ts";

/** A function's refusal: its name is that of the error it threw. */
export class FunctionRefusedError extends TriplaneError {
	override readonly name = "FunctionRefusedError";
	/** As in "RegistryConflictError". */
	readonly error: string;

	constructor(error: string, message: string) {
		super(message);
		this.error = error;
	}
}

/**
 * @returns the answer, parsed; its shape is the caller's to know
 * @throws {FunctionRefusedError} where the function threw
 */
export async function invoke<T>(aws: AwsTarget, functionName: string, request: object): Promise<T> {
	const lambda = new LambdaClient(aws);
	try {
		const { Payload, FunctionError } = await lambda.send(
			new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) }),
		);
		const payload = JSON.parse(Payload?.transformToString() ?? "null");
		if (FunctionError)
			throw new FunctionRefusedError(payload?.errorType ?? FunctionError, payload?.errorMessage ?? FunctionError);
		return payload;
	} finally {
		lambda.destroy();
	}
}
