/** Why an action on a release was refused, or could not be done now. */
import { TriplaneError } from "../../charter/errors.ts";

/** What was asked for is no request. */
export class ReleaseRequestError extends TriplaneError {
	override readonly name = "ReleaseRequestError";
}

/** Others changed the alias during each of many attempts. */
export class ReleaseConflictError extends TriplaneError {
	override readonly name = "ReleaseConflictError";
}

/** CloudWatch could not say what was counted. */
export class ReleaseCountsError extends TriplaneError {
	override readonly name = "ReleaseCountsError";
}
