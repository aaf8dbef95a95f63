/** What a promise that must be rejected was rejected with. */
import { expect } from "chai";
import { TriplaneError } from "../../charter/errors.ts";

/** @returns the message of the error, which must be one of ours */
export async function failureOf(work: Promise<unknown>) {
	try {
		await work;
	} catch (error) {
		expect(error).to.be.instanceOf(TriplaneError);
		return (error as Error).message;
	}
	throw new Error("It was not rejected.");
}
