/** Reads what is asked of a registration. Names are checked where keys are made of them: functions/shared/runs/names.ts. */
import { RegisterRequest } from "../../charter/messages.ts";
import { RegisterRequestError } from "../shared/runs/errors.ts";
import { faults } from "../shared/runs/manifest.ts";
import { nameFault } from "../shared/runs/names.ts";

/** @throws {RegisterRequestError} */
export function readRegisterRequest(event: unknown): RegisterRequest {
	const parsed = RegisterRequest.safeParse(event);
	if (!parsed.success)
		throw new RegisterRequestError(
			`The registration's request is not {"model", "run"}. ${faults(parsed.error)} Send both as strings.`,
		);
	const fault = nameFault(parsed.data);
	if (fault) throw new RegisterRequestError(fault);
	return parsed.data;
}
