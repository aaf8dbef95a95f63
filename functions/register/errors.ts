/** Why a registration was refused. A workflow tells these apart by their names. */
import { TriplaneError } from "../../charter/errors.ts";

/** The request is not one, or names a model or run that cannot exist. */
export class RegisterRequestError extends TriplaneError {
	override readonly name = "RegisterRequestError";
}

/** The run left no manifest or no artifact. */
export class RunNotFoundError extends TriplaneError {
	override readonly name = "RunNotFoundError";
}

/** The run's manifest is not one, or does not fit itself or the request. */
export class ManifestError extends TriplaneError {
	override readonly name = "ManifestError";
}

/** The run's artifact is not the one of its manifest. */
export class ArtifactMismatchError extends TriplaneError {
	override readonly name = "ArtifactMismatchError";
}

/** The registry holds something that the run contradicts, or changed too often meanwhile. */
export class RegistryConflictError extends TriplaneError {
	override readonly name = "RegistryConflictError";
}
