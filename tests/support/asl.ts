/** asl-validator, whose answers are parsed: it comes without types. */
import validate from "asl-validator";
import { z } from "zod";

const Verdict = z.object({
	isValid: z.boolean(),
	errors: z.array(z.looseObject({ "Error code": z.string(), Message: z.string() })),
});

/** What is wrong with a definition in Amazon States Language; empty where nothing is. */
export function faultsOf(definition: object): string[] {
	const { errors, isValid } = Verdict.parse(validate(definition));
	const faults = errors.map((fault) => `${fault["Error code"]}: ${fault.Message}`);
	if (isValid !== (faults.length === 0)) throw new Error(`asl-validator contradicts itself: ${faults.join()}`);
	return faults;
}
