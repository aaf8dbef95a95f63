/** asl-validator behind a type of its own: it comes without any. */
import { createRequire } from "node:module";
import { z } from "zod";

const validator: unknown = createRequire(import.meta.url)("asl-validator");
const Verdict = z.object({
	isValid: z.boolean(),
	errors: z.array(z.looseObject({ "Error code": z.string(), Message: z.string() })),
});

/** What is wrong with a definition in Amazon States Language; empty where nothing is. */
export function faultsOf(definition: object): string[] {
	if (typeof validator !== "function")
		throw new Error("asl-validator is no function any more: read its release notes.");
	const { errors, isValid } = Verdict.parse(validator(definition));
	const faults = errors.map((fault) => `${fault["Error code"]}: ${fault.Message}`);
	if (isValid !== (faults.length === 0)) throw new Error(`asl-validator contradicts itself: ${faults.join()}`);
	return faults;
}
