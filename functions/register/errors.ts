/** Why the registry refuses a registration whose run is in order. */
import { TriplaneError } from "../../charter/errors.ts";

/** The registry holds something that the run contradicts, or changed too often meanwhile. */
export class RegistryConflictError extends TriplaneError {
	override readonly name = "RegistryConflictError";
}
