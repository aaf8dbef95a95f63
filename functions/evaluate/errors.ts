/** Why an evaluation ends without a model to register. A workflow knows them by their names (PIPELINE_ERRORS). */
import { TriplaneError } from "../../charter/errors.ts";

/** The run was judged, and is not good enough or not reproducible; the message is the table that says why. */
export class EvaluationRefusedError extends TriplaneError {
	override readonly name = "EvaluationRefusedError";
}

/** What is asked is no request of a pipeline. */
export class PipelineRequestError extends TriplaneError {
	override readonly name = "PipelineRequestError";
}
