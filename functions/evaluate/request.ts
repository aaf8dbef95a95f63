/** Reads what a pipeline asks of an evaluation; what it says beside that, to others, is left alone. */
import { z } from "zod";
import type { EvaluateRequest } from "../../charter/pipeline.ts";
import { EvaluateSettings } from "../../charter/rollout-settings.ts";
import { faults } from "../shared/runs/manifest.ts";
import { nameFault } from "../shared/runs/names.ts";
import { EvaluateRequestError } from "./errors.ts";

const Request = z.object({
	model: z.string().min(1),
	run: z.string().min(1),
	evaluate: EvaluateSettings,
	trainImage: z.string().min(1).optional(),
});
export type EvaluationRequest = Pick<EvaluateRequest, "model" | "run" | "evaluate"> & {
	trainImage?: string | undefined;
};

/** @throws {EvaluateRequestError} */
export function readEvaluateRequest(event: unknown): EvaluationRequest {
	const parsed = Request.safeParse(event);
	if (!parsed.success)
		throw new EvaluateRequestError(
			`The evaluation's request is not {"model", "run", "evaluate", "trainImage"?}. ${faults(parsed.error)} The pipeline's definition sends it.`,
		);
	const fault = nameFault(parsed.data);
	if (fault) throw new EvaluateRequestError(fault);
	return parsed.data;
}
