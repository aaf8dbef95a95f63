/** What is said where a stack could not be judged at all: no verdict, so neither a pass nor a violation. */
import { TriplaneError } from "../../charter/errors.ts";

/** Says what could not be judged, why, and what to do. */
export class Unjudgeable extends TriplaneError {
	override readonly name = "Unjudgeable";
}
