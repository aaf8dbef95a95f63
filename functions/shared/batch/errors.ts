/** Errors of a batch window. The workflow knows them by name: of each, another try would make no difference. */
import { BATCH_ERRORS } from "../../../charter/batch-messages.ts";
import { TriplaneError } from "../../../charter/errors.ts";

/** The execution asks for what is no window. */
export class BatchRequestError extends TriplaneError {
	override readonly name = BATCH_ERRORS.request;
}

/** An input object, its place or one of its lines is not what the model takes. */
export class BatchInputError extends TriplaneError {
	override readonly name = BATCH_ERRORS.input;
}

/** An input was overwritten or deleted after it was planned. */
export class BatchInputChangedError extends TriplaneError {
	override readonly name = BATCH_ERRORS.changed;
}

/** There is no version to score by, or batch cannot run it. */
export class BatchVersionError extends TriplaneError {
	override readonly name = BATCH_ERRORS.version;
}

/** More of the window's chunks failed than its settings tolerate. */
export class WindowFailedError extends TriplaneError {
	override readonly name = BATCH_ERRORS.failed;
}
