/** What may be wrong with a training run or with what is asked of one. A workflow tells these apart by their names. */
import { TriplaneError } from "../../../charter/errors.ts";
import { PIPELINE_ERRORS } from "../../../charter/pipeline.ts";

/** The request is not one, or names a model or run that cannot exist. */
export class RegisterRequestError extends TriplaneError {
	override readonly name = "RegisterRequestError";
}

/** The run left one of its files out. */
export class RunNotFoundError extends TriplaneError {
	override readonly name = "RunNotFoundError";
}

/** A file of the run is larger than a function can hold. */
export class RunFileTooLargeError extends TriplaneError {
	override readonly name = PIPELINE_ERRORS.tooLarge;
}

/** The run's manifest is not one, or does not fit itself or the request. */
export class ManifestError extends TriplaneError {
	override readonly name = "ManifestError";
}

/** The run's artifact is not the one of its manifest. */
export class ArtifactMismatchError extends TriplaneError {
	override readonly name = "ArtifactMismatchError";
}

/** The run's held-out rows are not those of its manifest, or do not fit its model. */
export class HeldoutError extends TriplaneError {
	override readonly name = "HeldoutError";
}

/** The run is whole and cannot be taken all the same. */
export class UploadError extends TriplaneError {
	override readonly name = "UploadError";
}
