/** The error of an artifact that is not what the registry says it is. A fault of the platform, never of a request. */
import { TriplaneError } from "../../../charter/errors.ts";

export class ArtifactError extends TriplaneError {
	override readonly name = "ArtifactError";
}
