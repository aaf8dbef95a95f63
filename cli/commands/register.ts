/** `triplane register MODEL --run FOLDER`: makes a training run the model's next version. */
import { randomUUID } from "node:crypto";
import { registerRun } from "../platform/registration.ts";
import { findTarget } from "../platform/stack.ts";

export async function register(
	checkout: string,
	model: string,
	options: { run: string; outputs?: string; region: string; json?: boolean },
): Promise<number> {
	const { aws, outputs } = await findTarget(checkout, options.outputs, options.region);
	const registered = await registerRun(aws, outputs, { model, run: randomUUID() }, options.run);
	const { version, sha256, champion } = registered;
	if (options.json) console.log(JSON.stringify(registered));
	else
		console.log(
			`${model} version ${version}, SHA-256 ${sha256}${champion ? ", serving" : ", registered, not serving"}`,
		);
	return 0;
}
