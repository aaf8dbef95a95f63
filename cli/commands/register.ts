/** `triplane register MODEL --run FOLDER`: makes a training run the model's next version. */
import { randomUUID } from "node:crypto";
import { TriplaneError } from "../../charter/errors.ts";
import { registerRun } from "../platform/registration.ts";
import { findTarget } from "../platform/stack.ts";

export async function register(
	checkout: string,
	model: string,
	options: { run: string; outputs?: string; json?: boolean },
): Promise<number> {
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	const names = outputs.models.map(({ name }) => name);
	if (!names.includes(model))
		throw new TriplaneError(
			`The stack has no model "${model}", only ${names.join(", ")}. Declare it in triplane:models and run \`pulumi up\`.`,
		);
	const registered = await registerRun(aws, outputs, { model, run: randomUUID() }, options.run);
	const { version, sha256, champion } = registered;
	if (options.json) console.log(JSON.stringify(registered));
	else
		console.log(
			`${model} version ${version}, SHA-256 ${sha256}${champion ? ", serving" : ", registered, not serving"}`,
		);
	return 0;
}
