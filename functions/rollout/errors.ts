/** Why an action on a rollout was refused. The pipeline tells those apart by name that another try would not change. */
import { TriplaneError } from "../../charter/errors.ts";
import { PIPELINE_ERRORS } from "../../charter/pipeline.ts";

/** What was asked for is no request, or nothing that can be done with the model as it is. */
export class RolloutRequestError extends TriplaneError {
	override readonly name = PIPELINE_ERRORS.request;
}

/** Another execution works on the model, or has taken the rollout over. */
export class PipelineBusyError extends TriplaneError {
	override readonly name = PIPELINE_ERRORS.busy;
}

/** Others changed the model's records during each of many attempts. */
export class RolloutConflictError extends TriplaneError {
	override readonly name = "RolloutConflictError";
}

/** The tasks of a slot do not come up, or its service is not there. */
export class SlotFailedError extends TriplaneError {
	override readonly name = "SlotFailedError";
}
