/** Why an evaluation ends without a model to register. A workflow knows them by their names (PIPELINE_ERRORS). */
import { TriplaneError } from "../../charter/errors.ts";
import { PIPELINE_ERRORS } from "../../charter/pipeline.ts";

/** The run was judged, and is not good enough or not reproducible; the message is the table that says why. */
export class EvaluationRefusedError extends TriplaneError {
	override readonly name = PIPELINE_ERRORS.refused;
}

/** What is asked is no request of a pipeline. */
export class EvaluateRequestError extends TriplaneError {
	override readonly name = PIPELINE_ERRORS.request;
}
