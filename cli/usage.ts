/** A call that cannot be meant: options that exclude each other, or lack each other. What each one is alone, commander reads. */
import { TriplaneError } from "../charter/errors.ts";

export class UsageError extends TriplaneError {
	override readonly name = "UsageError";
}
