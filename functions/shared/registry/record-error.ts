/** Apart from what checks records: functions that answer requests bundle this, and not the checks' library. */
import { TriplaneError } from "../../../charter/errors.ts";

/** An item of the registry is not what the charter says. */
export class RegistryRecordError extends TriplaneError {
	override readonly name = "RegistryRecordError";
}
