/** Why a judgement could not be made. A workflow tells these apart by their names. */
import { TriplaneError } from "../../charter/errors.ts";
import { PIPELINE_ERRORS } from "../../charter/pipeline.ts";

/** The request is not one, or there is no such rollout. */
export class JudgeRequestError extends TriplaneError {
	override readonly name = PIPELINE_ERRORS.request;
}

/** Others changed the rollout during each of many attempts. */
export class JudgeConflictError extends TriplaneError {
	override readonly name = "JudgeConflictError";
}

/** CloudWatch answered with less than was asked for. */
export class CountsIncompleteError extends TriplaneError {
	override readonly name = "CountsIncompleteError";
}
